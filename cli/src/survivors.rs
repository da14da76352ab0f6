//! What `afterimage find` says of the copies that survive.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use afterimage_engine::Disposition;
use afterimage_engine::places::VERSION_PLACES;
use afterimage_engine::report::{Fidelity, Kinds, LostState, ReportFile, ReportLost, Status};
use afterimage_engine::run::Survivors;
use afterimage_engine::run::advice::{Looked, LookedPlace, LookedSource, Means, Step, advice};
use afterimage_engine::run::prognosis::Prognosis;
use afterimage_engine::system::System;
use afterimage_engine::words::{self, Facts, Topic};
use jiff::Timestamp;
use serde_json::json;

use crate::text::{self, count, kinds, paragraph, plain};

/// What there is to tell.
pub struct Told<'a> {
    /// What was found.
    pub found: &'a Survivors,
    /// What was looked at.
    pub paths: &'a [PathBuf],
    /// What can be hoped for of what lies under it.
    pub prognoses: &'a [Prognosis],
    /// When it is, in seconds since 1970 in UTC.
    pub now: i64,
    /// Whether the photos are to be named here; otherwise that was done before.
    pub names: bool,
    /// The output folder, as it was typed.
    pub output: Option<&'a Path>,
}

/// Where next commands write to, where no folder was named.
const OUTPUT: &str = "recovered";

/// Names that are tried in place of one that is there.
const MOST_NAMES: u32 = 100;

/// A folder that is called nearly like `folder` and is not there: `recovered-2`.
fn not_there(folder: &Path) -> PathBuf {
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let other = |n: u32| folder.with_file_name(format!("{name}-{n}"));
    let names = [folder.to_path_buf()].into_iter().chain((2..MOST_NAMES).map(other));
    let mut free = names.filter(|path| path.symlink_metadata().is_err());
    free.next().unwrap_or_else(|| other(MOST_NAMES))
}

impl Told<'_> {
    /// Whether a folder lies on a disk on which photos may be that a scan of it would bring back. An image is no such
    /// disk: it is only read.
    fn is_on_their_disk(&self, folder: &Path) -> bool {
        let system = System::running();
        let mount = |path: &Path| {
            let path = path.canonicalize().ok()?;
            system.mount_of(&path).map(|mount| (mount.source, mount.point))
        };
        let here = mount(folder);
        let is_here = |path: &&PathBuf| path.is_dir() && mount(path) == here;
        let device = || folder.canonicalize().ok().and_then(|path| system.device_behind(&path));
        let is_device = |path: &&PathBuf| Some(*path) == device().as_ref();
        here.is_some() && self.paths.iter().any(|path| is_here(&path) || is_device(&path))
    }

    /// What to try next.
    fn steps(&self) -> Vec<Step> {
        let mut places: BTreeMap<(&str, Means, u32), LookedPlace> = BTreeMap::new();
        for (file, _) in self.found.files.iter().filter(|(file, _)| file.parent.is_none()) {
            let Some(place) = &file.place else { continue };
            let Some(name) = place.name.as_deref() else { continue };
            let means = match VERSION_PLACES.contains(&name) {
                true => Means::Versions,
                false => Means::of(file.origin),
            };
            let sources = &self.found.outcome.head.sources;
            let path = sources.get(file.source as usize).map_or("", |source| source.path.as_str());
            let new = || LookedPlace::new(means, name, path, 0);
            let looked = places.entry((name, means, file.source)).or_insert_with(new);
            looked.found += 1;
            let day = place.expires_at.as_deref().and_then(|moment| moment.get(..10));
            if let Some(day) = day
                && looked.expires.as_deref().is_none_or(|first| day < first)
            {
                looked.expires = Some(day.to_owned());
            }
        }
        let in_cloud = |one: &&ReportLost| one.state == LostState::CloudOnly;
        let only_in_cloud = missing(self.found).filter(in_cloud).count() as u64;
        let report = self.found.outcome.report.as_ref();
        advice(&Looked {
            paths: self.paths.to_vec(),
            places: places.into_values().collect(),
            sources: self.prognoses.iter().map(LookedSource::from).collect(),
            lost: missing(self.found).count() as u64 - only_in_cloud,
            only_in_cloud,
            output: report.and_then(|path| Some(path.parent()?.to_path_buf())),
            next_output: Some(not_there(self.output.unwrap_or(Path::new(OUTPUT)))),
            needs_other_disk: self.output.is_none() && self.is_on_their_disk(Path::new(".")),
        })
    }
}

/// What lies in places of one kind.
#[derive(Debug, Default)]
struct Place {
    /// All of them.
    all: Kinds,
    /// Those that are deleted there.
    deleted: Kinds,
    /// Those of which the same bytes are elsewhere too.
    copies: u64,
    /// Previews and thumbnails of photos of which something better was found.
    surpassed: u64,
    /// Small pictures of photos.
    small: u64,
    /// The first moment at which one is removed for good.
    expires: Option<String>,
}

impl Place {
    fn add(&mut self, file: &ReportFile, becomes: Disposition) {
        let is_video = file.is_video();
        self.all.add(is_video);
        if file.status == Status::Deleted {
            self.deleted.add(is_video);
        }
        self.copies += u64::from(becomes == Disposition::Copy);
        self.surpassed += u64::from(becomes == Disposition::Surpassed);
        let Some(place) = &file.place else { return };
        self.small += u64::from(place.fidelity <= Fidelity::Preview);
        if let Some(expires) = &place.expires_at
            && self.expires.as_ref().is_none_or(|first| expires < first)
        {
            self.expires = Some(expires.clone());
        }
    }
}

/// The name of folders like any other.
const FOLDERS: &str = "ordinary folders";

fn places(found: &Survivors) -> BTreeMap<&str, Place> {
    let mut places: BTreeMap<&str, Place> = BTreeMap::new();
    for (file, becomes) in found.files.iter().filter(|(file, _)| file.parent.is_none()) {
        let name = file.place.as_ref().and_then(|place| place.name.as_deref()).unwrap_or(FOLDERS);
        places.entry(name).or_default().add(file, *becomes);
    }
    places
}

/// The answer for people.
pub fn text(out: &mut dyn Write, told: &Told<'_>) -> io::Result<()> {
    let (found, outcome) = (told.found, &told.found.outcome);
    let recovered: Kinds = Facts::of(&outcome.head).recovered();
    let looked = match told.paths {
        [one] => one.display().to_string(),
        [] => "nothing".to_owned(),
        several => format!("{} places", several.len()),
    };
    let facts = Facts::of(&outcome.head);
    paragraph(out, "", &words::headline(facts, &looked))?;
    if outcome.interrupted {
        paragraph(out, "", words::CUT_SHORT)?;
    }
    let said = words::tell(&outcome.head);
    let mut others = said.iter().filter(|one| one.topic == Topic::Other);
    others.try_for_each(|one| paragraph(out, "", &one.text))?;
    let places = places(found);
    if !places.is_empty() {
        writeln!(out, "\nWhere they are:")?;
        for (name, place) in &places {
            paragraph(out, &format!("{:7}  ", place.all.sum()), &line(name, place, told.now))?;
        }
    }
    if told.names {
        recoverable(out, found)?;
    }
    lost(out, found)?;
    for note in &found.notes {
        writeln!(out)?;
        paragraph(out, "Note: ", &plain(note))?;
    }
    written(out, told, recovered)?;
    for prognosis in told.prognoses {
        writeln!(out)?;
        crate::prognosis::print(out, prognosis)?;
    }
    writeln!(out)?;
    crate::advice::print(out, &told.steps())
}

/// What is said of one kind of place.
fn line(name: &str, place: &Place, now: i64) -> String {
    let mut said = format!("{}: {}", plain(name), kinds(place.all));
    if place.deleted.sum() > 0 && place.deleted.sum() < place.all.sum() {
        said += &format!(", {} of them deleted", place.deleted.sum());
    }
    if name == FOLDERS {
        said += ", still there";
    }
    if place.small > 0 {
        said += &format!(", {} only previews or thumbnails", place.small);
    }
    if place.surpassed > 0 {
        said += &format!(", {} of photos of which a better copy was found", place.surpassed);
    }
    if place.copies > 0 {
        said += &format!(", {} the same as others here", place.copies);
    }
    if let Some(days) = place.expires.as_deref().and_then(|moment| days_until(moment, now)) {
        said += &match days {
            0 => "; the first is removed for good today or was due before".to_owned(),
            days => format!("; the first is removed for good in {}", count(days, "day", "days")),
        };
    }
    said
}

/// Whole days until a moment of the report; 0 when it is over.
fn days_until(moment: &str, now: i64) -> Option<u64> {
    let at: Timestamp = moment.parse().ok()?;
    Some(u64::try_from((at.as_second() - now) / 86_400).unwrap_or(0))
}

/// So many photos that can be recovered are named.
const MOST_LISTED: usize = 20;

/// Names what can be recovered, with when it was deleted.
fn recoverable(out: &mut dyn Write, found: &Survivors) -> io::Result<()> {
    let due = || found.files.iter().filter(|(_, becomes)| *becomes == Disposition::Recovered);
    let due = || due().filter(|(file, _)| file.parent.is_none());
    if due().next().is_none() {
        return Ok(());
    }
    writeln!(out)?;
    for (file, _) in due().take(MOST_LISTED) {
        let path = file.original_path.as_deref().or(file.from.as_deref()).unwrap_or_default();
        let when = file.deleted_at.as_deref().map(|when| format!(", deleted {when}"));
        writeln!(out, "  {}{}", plain(path), when.unwrap_or_default())?;
    }
    match due().count().saturating_sub(MOST_LISTED) {
        0 => Ok(()),
        more => writeln!(out, "  and {more} more; --json names all"),
    }
}

/// So many photos that are not here are named.
const MOST_NAMED: usize = 5;

/// The photos that are known to have existed and of which no more than a name or a small picture is here.
fn missing(found: &Survivors) -> impl Iterator<Item = &ReportLost> {
    found.outcome.head.lost.iter().filter(|one| one.state < LostState::Partial)
}

/// What is said of photos that are known to have existed and are not here.
fn lost(out: &mut dyn Write, found: &Survivors) -> io::Result<()> {
    let n = missing(found).count() as u64;
    if n == 0 {
        return Ok(());
    }
    let said = format!(
        "{} known to have existed, and not found here:",
        count(n, "photo is", "photos are")
    );
    writeln!(out)?;
    paragraph(out, "", &said)?;
    for one in missing(found).take(MOST_NAMED) {
        let name = one.path.as_deref().unwrap_or("a photo without a name");
        let note = one.note.as_deref().map(|note| format!(": {note}")).unwrap_or_default();
        paragraph(out, "  - ", &plain(&format!("{name} (by {}){note}", one.by)))?;
    }
    let more = n.saturating_sub(MOST_NAMED as u64);
    if more > 0 {
        writeln!(out, "  - and {more} more")?;
    }
    Ok(())
}

/// What was written, or how it can be.
fn written(out: &mut dyn Write, told: &Told<'_>, recovered: Kinds) -> io::Result<()> {
    let outcome = &told.found.outcome;
    match &outcome.report {
        Some(report) => {
            let folder = report.parent().unwrap_or(report).display().to_string();
            let what =
                if recovered.sum() > 0 { "Written to" } else { "Nothing had to be written to" };
            let said = format!("{what} {}; the report is report.json there.", plain(&folder));
            writeln!(out)?;
            paragraph(out, "", &said)?;
            for warning in &outcome.head.notes {
                paragraph(out, "Note: ", &plain(warning))?;
            }
        }
        None if recovered.sum() > 0 => {
            writeln!(out)?;
            paragraph(
                out,
                "",
                "To copy them: the same command with --output DIR, best on another disk.",
            )?;
        }
        None => {}
    }
    Ok(())
}

/// The answer for programs.
pub fn json(out: &mut dyn Write, told: &Told<'_>) -> io::Result<()> {
    let (found, outcome) = (told.found, &told.found.outcome);
    let places = places(found);
    let places: Vec<_> = places
        .iter()
        .map(|(name, place)| {
            json!({
                "name": name,
                "photos": place.all.photos,
                "videos": place.all.videos,
                "deleted": place.deleted.sum(),
                "copies": place.copies,
                "small": place.small,
                "surpassed": place.surpassed,
                "first_expires_at": place.expires,
            })
        })
        .collect();
    let files: Vec<_> = found
        .files
        .iter()
        .map(|(file, becomes)| json!({ "becomes": becomes, "file": file }))
        .collect();
    text::json(
        out,
        &json!({
            "report": outcome.report.as_ref().map(|path| path.to_string_lossy()),
            "interrupted": outcome.interrupted,
            "failure": outcome.failure.as_ref().map(ToString::to_string),
            "summary": outcome.head.summary,
            "sources": outcome.head.sources,
            "places": places,
            "prognoses": told.prognoses.iter().map(crate::prognosis::value).collect::<Vec<_>>(),
            "advice": crate::advice::value(&told.steps()),
            "lost": outcome.head.lost,
            "notes": found.notes,
            "files": files,
        }),
    )
}
