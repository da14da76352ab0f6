//! What would be recovered, as a tree of folders.

mod lost;
mod name_only;

use std::io::{self, Write};

use afterimage_engine::Disposition;
use afterimage_engine::error::Error;
use afterimage_engine::report::{
    Grade, ReportFile, ReportLost, ReportSource, ReportVolume, Status,
};
use afterimage_engine::words::{self, CUT_SHORT, Facts, Topic, causes, title};
use serde::Serialize;

use crate::summary::{self, Told};
use crate::text::{self, bytes, count, kinds, kinds_are, paragraph, percent, plain};

/// Columns that a folder is moved in at the most.
const MOST_INDENT: usize = 24;

/// Columns for a name where it stands; a longer one moves what follows.
const MOST_WIDTH: usize = 48;

/// Where photos are shown of which no name is known.
const UNNAMED: &str = "(without a name)";

/// What a list says of a file.
#[derive(Debug, Serialize)]
pub struct Listed {
    id: u64,
    source: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    original_path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name_hint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    modified: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    taken: Option<String>,
    /// The time that the written file gets.
    #[serde(skip)]
    dated: Option<String>,
    offset: u64,
    format: String,
    size: u64,
    status: Status,
    grade: Grade,
    #[serde(skip_serializing_if = "Option::is_none")]
    share: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duplicate_of: Option<u64>,
    /// What a scan with the same options makes of it.
    becomes: Disposition,
    /// What can be hoped for, in words.
    chance: String,
}

impl Listed {
    fn new((file, becomes): (ReportFile, Disposition)) -> Self {
        let dated = file.dated().map(str::to_owned);
        let mut listed = Listed {
            dated,
            id: file.id,
            source: file.source,
            name: file.name,
            original_path: file.original_path,
            name_hint: file.name_hint,
            modified: file.modified,
            taken: file.exif.and_then(|exif| exif.taken),
            offset: file.runs.first().and_then(|run| run.offset).unwrap_or(0),
            format: file.format,
            size: file.size,
            status: file.status,
            grade: file.grade,
            share: file.share,
            duplicate_of: file.duplicate_of,
            becomes,
            chance: String::new(),
        };
        listed.chance = listed.chance();
        listed
    }
}

/// The files of their own among those that were found, one by one, so that only what is listed of them is
/// kept.
pub fn listed(
    files: impl Iterator<Item = Result<(ReportFile, Disposition), Error>>,
) -> Result<Vec<Listed>, Error> {
    let is_own = |file: &Result<(ReportFile, Disposition), Error>| {
        file.as_ref().map_or(true, |(file, _)| file.parent.is_none())
    };
    files.filter(is_own).map(|file| file.map(Listed::new)).collect()
}

impl Listed {
    fn chance(&self) -> String {
        match (self.becomes, self.grade, self.share) {
            (Disposition::Copy, _, _) => "an exact copy".to_owned(),
            (Disposition::Known, _, _) => "known already".to_owned(),
            (_, Grade::Verified, _) => "whole, proven".to_owned(),
            (_, Grade::Structural, _) => "whole by structure".to_owned(),
            (_, Grade::Repaired, _) => "repaired".to_owned(),
            (_, Grade::Damaged, _) => "damaged".to_owned(),
            (_, Grade::Partial, None) => "partial".to_owned(),
            (_, Grade::Partial, Some(share)) if share > 0.0 => {
                format!("partial, {} of it", percent((share * 1000.0) as u64, 1000))
            }
            (_, Grade::Partial, Some(_)) => "lost but for its beginning".to_owned(),
        }
    }

    /// Its folder, ended by a separator that sorts before all that names are made of.
    fn folder(&self) -> String {
        let path = self
            .original_path
            .as_deref()
            .map_or(UNNAMED, |path| path.rsplit_once('/').map_or("", |(folder, _)| folder));
        path.replace('/', "\0")
    }

    fn title(&self) -> String {
        let hint = self.name_hint.as_deref().and_then(|path| path.rsplit('/').next());
        match (&self.name, hint) {
            (Some(name), _) => plain(name),
            (None, None) => format!("{:#x} {}", self.offset, self.format),
            (None, Some(hint)) => format!("{:#x}, {}?", self.offset, plain(hint)),
        }
    }

    /// Columns of its name where it stands.
    fn width(&self) -> usize {
        let depth = self.folder().split('\0').filter(|name| !name.is_empty()).count();
        indent(depth + 1).len() + self.title().chars().count()
    }

    fn when(&self) -> String {
        let when = self.dated.as_deref().and_then(|at| at.get(..16));
        when.map_or_else(|| "-".to_owned(), |when| when.replace('T', " "))
    }

    fn status(&self) -> &'static str {
        match self.status {
            Status::Deleted => "deleted",
            Status::Live => "still there",
            Status::Unknown => "",
        }
    }
}

/// Prints what a scan found as a tree, by source, volume and folder; then which file systems there are.
pub fn text(out: &mut dyn Write, files: Vec<Listed>, told: &Told<'_>) -> io::Result<()> {
    let (found, facts) = (!files.is_empty(), told.facts());
    let sources = facts.head.sources.as_slice();
    let said = words::tell(facts.head);
    summary::about(out, &said, Topic::Unreadable)?;
    tree(out, files, sources)?;
    if found {
        writeln!(out)?;
        paragraph(out, "", &total(facts))?;
        words::left_out(facts).iter().try_for_each(|reason| paragraph(out, "", reason))?;
    } else {
        let all = facts.is_all();
        let said =
            if all { "No photos were found." } else { "No photos match what was asked for." };
        writeln!(out, "{said}")?;
        causes(facts).iter().try_for_each(|cause| paragraph(out, "  - ", cause))?;
    }
    name_only::write(out, sources)?;
    lost::write(out, &facts.head.lost)?;
    summary::about(out, &said, Topic::Volume)?;
    for locked in sources.iter().flat_map(|source| &source.volumes).filter_map(words::locked) {
        paragraph(out, "", &locked)?;
    }
    if told.outcome.interrupted {
        writeln!(out, "{CUT_SHORT}")?;
    }
    out.flush()
}

fn tree(out: &mut dyn Write, mut files: Vec<Listed>, sources: &[ReportSource]) -> io::Result<()> {
    files.sort_by_cached_key(|file| {
        (
            file.source,
            volume(sources, file),
            file.name.is_none(),
            file.folder(),
            file.name.clone(),
            file.offset,
            file.id,
        )
    });
    let width = files.iter().map(Listed::width).max().unwrap_or(0).min(MOST_WIDTH);
    let (mut place, mut folder) = (None, Vec::new());
    for file in &files {
        let here = (file.source, volume(sources, file));
        if place != Some(here) {
            if place.is_some() {
                writeln!(out)?;
            }
            heading(out, sources, here)?;
            folder.clear();
            place = Some(here);
        }
        descend(out, &mut folder, file)?;
        row(out, folder.len(), width, file)?;
    }
    Ok(())
}

/// Prints files as JSON.
/// After the files stand the photos of lists that were not found.
pub fn json(out: &mut dyn Write, files: &[Listed], lost: &[ReportLost]) -> io::Result<()> {
    let lost = lost.iter().filter(|row| row.file.is_none());
    let lost = lost.map(|row| Row::Lost { becomes: "lost", row });
    let rows: Vec<Row<'_>> = files.iter().map(Row::File).chain(lost).collect();
    text::json(out, &rows)?;
    out.flush()
}

/// A row of the list for programs.
#[derive(Serialize)]
#[serde(untagged)]
enum Row<'r> {
    File(&'r Listed),
    Lost {
        becomes: &'static str,
        #[serde(flatten)]
        row: &'r ReportLost,
    },
}

/// Position of the volume that a file lies in, those first that are still there; after all of them
/// where it lies in none.
fn volume(sources: &[ReportSource], file: &Listed) -> usize {
    let volumes = sources.get(file.source as usize).map_or(&[][..], |source| &source.volumes);
    let holds = |volume: &ReportVolume| {
        file.offset.checked_sub(volume.offset).is_some_and(|at| at < volume.length)
    };
    volumes.iter().position(holds).unwrap_or(volumes.len())
}

fn heading(out: &mut dyn Write, sources: &[ReportSource], here: (u32, usize)) -> io::Result<()> {
    let Some(source) = sources.get(here.0 as usize) else { return Ok(()) };
    match source.volumes.get(here.1) {
        Some(volume) => writeln!(out, "{}: {}", plain(&source.path), title(volume)),
        None if source.volumes.is_empty() => writeln!(out, "{}", plain(&source.path)),
        None => writeln!(out, "{}: outside of its file systems", plain(&source.path)),
    }
}

/// Prints the folders that lead to a file and were not printed yet.
fn descend(out: &mut dyn Write, shown: &mut Vec<String>, file: &Listed) -> io::Result<()> {
    let folder = file.folder();
    let names: Vec<&str> = folder.split('\0').filter(|name| !name.is_empty()).collect();
    let same = shown.iter().zip(&names).take_while(|(shown, name)| shown == *name).count();
    shown.truncate(same);
    for name in &names[same..] {
        shown.push((*name).to_owned());
        let mark = if *name == UNNAMED { "" } else { "/" };
        writeln!(out, "{}{}{mark}", indent(shown.len()), plain(name))?;
    }
    Ok(())
}

fn row(out: &mut dyn Write, depth: usize, width: usize, file: &Listed) -> io::Result<()> {
    let name = format!("{}{}", indent(depth + 1), file.title());
    let (when, size, status) = (file.when(), bytes(file.size), file.status());
    let row = format!("{name:width$}  {when:16}  {size:>9}  {status:11}  {}", file.chance);
    writeln!(out, "{}", row.trim_end())
}

fn indent(depth: usize) -> String {
    " ".repeat((2 * depth).min(MOST_INDENT))
}

/// What all that is listed comes to: the numbers that a scan tells.
fn total(facts: Facts<'_>) -> String {
    let (summary, live) = (&facts.head.summary, facts.live());
    let mut parts = vec![match facts.recovered() {
        n if n.sum() > 0 => format!("{} would be recovered", kinds(n)),
        _ => "No deleted photo would be recovered".to_owned(),
    }];
    if live.sum() > 0 {
        parts.push(format!("{} still there, copied with --all only", kinds_are(live)));
    }
    if summary.copies > 0 {
        parts.push(count(summary.copies, "exact copy", "exact copies"));
    }
    if summary.unseen > 0 {
        parts.push(format!(
            "{} of which nothing can be seen",
            count(summary.unseen, "file", "files")
        ));
    }
    let hint = if facts.has_any() { ": give --output to recover them" } else { "" };
    format!("{}. Nothing was written{hint}.", parts.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn file(id: u64, more: Value) -> ReportFile {
        let mut file = json!({
            "id": id, "source": 0, "origin": "carved", "status": "deleted", "format": "jpeg",
            "mime": "image/jpeg", "size": 2048, "end": "exact", "grade": "verified", "proof": "",
            "runs": [{ "offset": 4096 * id, "length": 2048, "origin": "source" }], "blake3": ""
        });
        file.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        serde_json::from_value(file).unwrap()
    }

    fn all(files: Vec<ReportFile>) -> Vec<Listed> {
        let becomes = |file: &ReportFile| match file.duplicate_of {
            Some(_) => Disposition::Copy,
            None => Disposition::Recovered,
        };
        listed(files.into_iter().map(|file| Ok((file.clone(), becomes(&file))))).unwrap()
    }

    fn card() -> ReportSource {
        let volume = json!({
            "type": "fat16", "offset": 0, "length": 1 << 20, "cluster_size": 512, "consistent": true
        });
        ReportSource {
            path: "card.img".to_owned(),
            volumes: vec![serde_json::from_value(volume).unwrap()],
            ..ReportSource::default()
        }
    }

    #[track_caller]
    fn check(files: Vec<ReportFile>, expected: &str) {
        let mut out = Vec::new();
        tree(&mut out, all(files), &[card()]).unwrap();
        let out = String::from_utf8(out).unwrap();
        let lines = |text: &str| {
            let words = |line: &str| {
                let depth = line.len() - line.trim_start().len();
                format!("{depth} {}", line.split_whitespace().collect::<Vec<_>>().join(" "))
            };
            text.lines().map(words).collect::<Vec<_>>()
        };
        assert_eq!(lines(&out)[..lines(expected).len()], lines(expected), "{out}");
    }

    #[test]
    fn files_stand_below_their_folders() {
        let named = |id, path: &str, more: Value| {
            let name = path.rsplit('/').next();
            let mut more = more;
            more["name"] = name.into();
            more["original_path"] = path.into();
            file(id, more)
        };
        check(
            vec![
                named(1, "DCIM/B/2.JPG", json!({ "modified": "2024-05-04T10:12:30" })),
                named(2, "DCIM/A/1.JPG", json!({ "status": "live", "grade": "structural" })),
                named(
                    3,
                    "TOP.JPG",
                    json!({
                        "grade": "partial", "share": 0.5, "modified": "2024-05-04T10:12:30",
                        "exif": { "taken": "2023-11-14T22:13:20" }
                    }),
                ),
                file(
                    4,
                    json!({
                        "exif": { "taken": "2023-11-14T22:13:20" }, "grade": "damaged",
                        "name_hint": "DCIM/3.JPG"
                    }),
                ),
                file(7, json!({ "grade": "structural" })),
                file(5, json!({ "parent": 4 })),
                named(300, "FAR.JPG", json!({})),
                named(6, "DCIM/A/0.JPG", json!({ "duplicate_of": 1 })),
            ],
            "card.img: FAT16 volume, 1.0 MB\n\
             \x20 TOP.JPG 2023-11-14 22:13 2.0 kB deleted partial, 50 % of it\n\
             \x20 DCIM/\n\
             \x20   A/\n\
             \x20     0.JPG - 2.0 kB deleted an exact copy\n\
             \x20     1.JPG - 2.0 kB still there whole by structure\n\
             \x20   B/\n\
             \x20     2.JPG 2024-05-04 10:12 2.0 kB deleted whole, proven\n\
             \x20 (without a name)\n\
             \x20   0x4000, 3.JPG? 2023-11-14 22:13 2.0 kB deleted damaged\n\
             \x20   0x7000 jpeg - 2.0 kB deleted whole by structure\n\
             \n\
             card.img: outside of its file systems\n\
             \x20 FAR.JPG - 2.0 kB deleted whole, proven\n",
        );
    }

    #[test]
    fn names_cannot_speak_to_the_terminal() {
        let path = "A\u{1b}[2J/\u{202e}B\n.JPG";
        let named = json!({ "name": "\u{202e}B\n.JPG", "original_path": path });
        check(
            vec![file(1, named)],
            "card.img: FAT16 volume, 1.0 MB\n  A?[2J/\n    ?B?.JPG - 2.0 kB deleted whole, proven",
        );
    }

    #[test]
    fn a_list_for_programs_holds_what_the_tree_shows() {
        let mut out = Vec::new();
        let exif = json!({ "exif": { "taken": "2023-11-14T22:13:20" } });
        json(&mut out, &all(vec![file(1, exif)]), &[]).unwrap();
        let said: Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(
            said,
            json!([{
                "id": 1, "source": 0, "offset": 4096, "format": "jpeg", "size": 2048,
                "status": "deleted", "grade": "verified", "chance": "whole, proven",
                "taken": "2023-11-14T22:13:20", "becomes": "recovered"
            }])
        );
    }
}
