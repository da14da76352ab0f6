//! Files of a report that a small picture is to be made of.
//!
//! Somebody may have changed the report and what lies beside it: paths are opened below the output folder alone, and
//! pictures in files count when they have the digest that the report gives.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use afterimage_signatures::verdict::Span;

use crate::control::error::Error;
use crate::output::report::{Grade, ReportFile, ReportReader, ReportRun, RunOrigin};
use crate::output::thumbs::{
    Inside, LONGEST, Picture, Thumbnailer, best, is_shown_itself, offset_in, path, upright,
};
use crate::system::folder::Folder;

/// The format of pictures in files that are shown as they are.
const FORMAT: &str = "jpeg";

/// A file that a small picture is to be made of.
pub(super) struct ShownFile {
    pub(super) id: u64,
    /// Whether the report says that it has one, which is not there.
    pub(super) has_thumb: bool,
    path: String,
    format: String,
    orientation: Option<u16>,
    /// Pictures in it.
    inside: Vec<InFile>,
}

/// A picture in a file.
struct InFile {
    /// Where it lies in the file.
    span: Span,
    /// Its longer side in pixels.
    side: u32,
    /// Whether it says itself how it is turned.
    is_turned: bool,
    blake3: Option<blake3::Hash>,
}

/// What a report lists, as far as small pictures go.
#[derive(Default)]
pub(super) struct ShownFiles {
    /// Those that need one.
    pub(super) due: Vec<ShownFile>,
    /// How many have one, or are shown themselves.
    pub(super) there: u64,
    /// Those that need one and lie in their source alone.
    pub(super) unwritten: Vec<u64>,
}

/// Runs of files that need a picture, and of those pictures in them that show what they show.
struct Around {
    /// The position in the list of the file that it is or lies in.
    due: usize,
    /// Runs of that file.
    runs: Vec<Span>,
}

impl ShownFiles {
    /// Reads a report; there are pictures of the files `has` already.
    pub(super) fn read(report: &mut ReportReader, has: &HashSet<u64>) -> Result<Self, Error> {
        let mut files = ShownFiles::default();
        let (mut own, mut inner) = (HashMap::new(), HashMap::<u64, u64>::new());
        // A picture may stand before the file that it lies in, where that lies in pieces.
        let mut waiting = Vec::new();
        report.files(|file| {
            match file.parent {
                None => files.add(&file, has, &mut own),
                Some(parent) if shows_its_parent(&file) => {
                    inner.insert(file.id, parent);
                    if let Some(run) = shown_run(&file) {
                        waiting.push((parent, run, in_file(&file)));
                    }
                }
                Some(_) => {}
            }
            Ok(())
        })?;
        for (parent, run, picture) in waiting {
            let outer = own.get(&parent).or_else(|| own.get(inner.get(&parent)?));
            let Some(Around { due, runs }) = outer else { continue };
            if let Some(at) = offset_in(runs, run) {
                let span = Span { at, len: run.len };
                files.due[*due].inside.push(InFile { span, ..picture });
            }
        }
        Ok(files)
    }

    /// Adds a file of its own.
    fn add(&mut self, file: &ReportFile, has: &HashSet<u64>, own: &mut HashMap<u64, Around>) {
        let is_there = has.contains(&file.id) && file.thumb == Some(path(file.id));
        let Some(written) = &file.path else {
            if is_there {
                self.there += 1
            } else {
                self.unwritten.push(file.id)
            }
            return;
        };
        if is_there || is_shown_itself(&file.format, file.size) {
            self.there += 1;
            return;
        }
        own.insert(file.id, Around { due: self.due.len(), runs: spans(&file.runs) });
        self.due.push(ShownFile {
            id: file.id,
            has_thumb: file.thumb.is_some(),
            path: written.clone(),
            format: file.format.clone(),
            orientation: orientation(file),
            inside: Vec::new(),
        });
    }
}

/// Whether a picture inside another shows what that shows.
fn shows_its_parent(file: &ReportFile) -> bool {
    matches!(file.kinship.as_deref(), Some("thumbnail" | "preview"))
}

fn orientation(file: &ReportFile) -> Option<u16> {
    file.exif.as_ref().and_then(|exif| exif.orientation)
}

/// The runs of a file in its source, or in what comes out of packed data there.
fn spans(runs: &[ReportRun]) -> Vec<Span> {
    let span = |run: &ReportRun| match (run.origin, &run.inflated) {
        (RunOrigin::Source, _) => Some(Span { at: run.offset?, len: run.length }),
        // A picture in a file that lies packed comes out of the same data.
        (RunOrigin::Inflated, Some(inflated)) => Some(Span { at: inflated.start, len: run.length }),
        _ => None,
    };
    runs.iter().filter_map(span).collect()
}

/// Where a picture lies in its source that may be shown; nothing for one in several pieces.
fn shown_run(file: &ReportFile) -> Option<Span> {
    let is_sound = file.format == FORMAT && file.grade >= Grade::Structural;
    match spans(&file.runs)[..] {
        [run] if is_sound && file.runs.len() == 1 && run.len > 0 => Some(run),
        _ => None,
    }
}

fn in_file(file: &ReportFile) -> InFile {
    let side = file.width.unwrap_or(0).max(file.height.unwrap_or(0));
    let is_turned = orientation(file).is_some();
    let blake3 = blake3::Hash::from_hex(&file.blake3).ok();
    InFile { span: Span { at: 0, len: 0 }, side, is_turned, blake3 }
}

impl ShownFile {
    /// The small picture of a file, or why there is none, in words.
    pub(super) fn picture(
        &self,
        output: &Folder,
        thumbnailer: &dyn Thumbnailer,
    ) -> Result<Vec<u8>, String> {
        let unopened = |error| format!("{} cannot be opened: {error}", self.path);
        let mut file = output.read_below(&self.path).map_err(unopened)?;
        if let Some(jpeg) = self.as_it_is(&mut file) {
            return Ok(jpeg);
        }
        let len = file.metadata().map_err(|error| error.to_string())?.len();
        let (largest, is_known) = (self.largest(), thumbnailer.knows(&self.format));
        let of = |file, span, format: &str, orientation| {
            let format = format.to_owned();
            thumbnailer.thumbnail(&Picture { file, span, format, orientation })
        };
        let whole = |file| of(file, Span { at: 0, len }, &self.format, self.orientation);
        let preview = |file, inner: &InFile| {
            let orientation = if inner.is_turned { None } else { self.orientation };
            of(file, inner.span, FORMAT, orientation)
        };
        match (is_known, largest) {
            (true, None) => whole(file),
            (false, Some(inner)) => preview(file, inner),
            (true, Some(inner)) => {
                let again = file.try_clone().map_err(|error| error.to_string())?;
                whole(file).or_else(|why| preview(again, inner).map_err(|_| why))
            }
            (false, None) => Err(format!(
                "no decoder for {} is built in, and the report lists no preview in it",
                self.format
            )),
        }
    }

    /// A picture in the file that is shown as it is.
    fn as_it_is(&self, file: &mut File) -> Option<Vec<u8>> {
        let inside: Vec<Inside> =
            self.inside.iter().map(|one| Inside { len: one.span.len, side: one.side }).collect();
        let picture = &self.inside[best(&inside)?];
        debug_assert!(picture.span.len <= LONGEST);
        let mut bytes = vec![0; usize::try_from(picture.span.len).ok()?];
        file.seek(SeekFrom::Start(picture.span.at)).ok()?;
        file.read_exact(&mut bytes).ok()?;
        let turn = self.orientation.filter(|_| !picture.is_turned);
        (picture.blake3 == Some(blake3::hash(&bytes))).then(|| upright(&bytes, turn)).flatten()
    }

    /// The largest picture in the file.
    fn largest(&self) -> Option<&InFile> {
        self.inside.iter().max_by_key(|one| (one.side, one.span.len))
    }
}
