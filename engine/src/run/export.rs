//! Arranging recovered photos in a folder of their own, for a person.
//!
//! Photos are copied, each checked by its BLAKE3 on the way, and nothing that is there is overwritten. What belongs
//! together keeps one name: the picture and the video of a Live Photo, a raw photo and the JPEG beside it.

use std::path::PathBuf;
use std::sync::atomic::AtomicU64;

use jiff::tz::TimeZone;
use rayon::ThreadPoolBuilder;
use rayon::prelude::*;

use super::audit::{self, AuditLine};
use super::export_copy::{Copying, Prepared, Refused};
use super::export_group::{Exportable, Group, NameOrigin, groups};
use super::export_names::Names;
use super::output_folder::{open_for_writing, open_output};
use super::selection::Selection;
use super::show::REPORT_FAULT;
use super::to_jpeg::ToJpeg;
use crate::control::error::Error;
use crate::control::progress::Progress;
use crate::output::arranging::Template;
use crate::output::destination::{self, REPORT};
use crate::output::report::{ReportDisposition, ReportFile, ReportReader};

/// Groups that are copied at once.
const BATCH: usize = 16;

/// The file by which an export has a folder for itself while it runs.
const LOCK: &str = ".afterimage-export";

/// What to export of a report.
pub struct Export<'a> {
    /// The output folder that holds the report.
    pub folder: PathBuf,
    /// The folder to write to.
    pub to: PathBuf,
    /// Where photos go below it.
    pub template: Template,
    /// Which files; without it, all that are written.
    pub selection: Option<Selection>,
    /// Names of the formats that are exported; empty means all.
    pub formats: Vec<&'static str>,
    /// The zone of clocks that do not tell theirs.
    pub zone: Option<TimeZone>,
    /// What turns photos into JPEG, where that is asked for.
    pub to_jpeg: Option<&'a dyn ToJpeg>,
    /// The command line, for the audit log.
    pub command: Vec<String>,
}

/// How a photo came to be at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrived {
    /// It was copied.
    Copied,
    /// It was turned into JPEG.
    Converted,
    /// The same bytes were there already.
    There,
}

/// A photo that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportedPhoto {
    /// Its number in the report.
    pub id: u64,
    /// Its path below the folder.
    pub path: String,
    /// How it came there.
    pub how: Arrived,
    /// Where the name comes from that it and those that belong to it keep.
    pub name: NameOrigin,
}

/// What became of it.
#[derive(Debug, Default)]
pub struct Exported {
    /// The folder that was written to.
    pub to: PathBuf,
    /// Photos that are there.
    pub photos: Vec<ExportedPhoto>,
    /// Files that were not written, by their number in the report, and why not.
    pub refused: Vec<(u64, String)>,
    /// Lines of the selection that select nothing: their numbers, and what they say.
    pub unknown: Vec<(usize, String)>,
    /// Photos that the report lists to be recovered and that are not written to its folder yet.
    pub unwritten: u64,
    /// Whether somebody stopped it before its end.
    pub interrupted: bool,
    /// What else is to be told, a sentence each.
    pub notes: Vec<String>,
    /// What kept photos from being written, if anything did.
    pub failure: Option<Error>,
}

/// Arranges recovered photos in a folder.
///
/// # Errors
///
/// When there is no report, or the folder must not be written to. What keeps single photos from being written is
/// part of what is given back.
pub fn export(asked: &Export<'_>, progress: &Progress) -> Result<Exported, Error> {
    let from = open_output(&asked.folder)?;
    let mut report = ReportReader::open(&from)?;
    let fault = audit::recorded_in(&from, report.head.audit_log)?.fault();
    let destination = destination::check(&asked.to, &report.head.source_paths())?;
    destination::check_outside(from.path(), &destination.path, &asked.to)?;
    let files = listed(&mut report)?;
    let mut done = Exported::default();
    let chosen = chosen(asked, &files, &mut done);
    let groups = groups(&files, &chosen);
    let to = destination.create()?;
    done.to = to.path().to_path_buf();
    let copying = Copying {
        from: &from,
        to: &to,
        longest: destination.longest,
        zone: asked.zone.as_ref(),
        to_jpeg: asked.to_jpeg,
        begun: &AtomicU64::new(0),
    };
    let path = || to.path().join(LOCK);
    let lock = to.lock(LOCK).map_err(|error| Error::output("lock", &path(), error))?;
    // Names are chosen by what is there, and a second export would put other things there.
    let Some(lock) = lock else { return Err(Error::Busy { path: to.path().to_path_buf() }) };
    let mut names = Names::new(&to);
    let pool = ThreadPoolBuilder::new()
        .build()
        .map_err(|error| Error::Start { what: "workers", why: error.to_string() })?;
    for batch in groups.chunks(BATCH) {
        done.interrupted = progress.stopped();
        if done.interrupted {
            break;
        }
        if let Some(why) = done.failure.as_ref().map(Error::with_cause) {
            // The disk is full: the others get no room either.
            let members = batch.iter().flat_map(|group| &group.members);
            done.refused.extend(members.map(|member| (member.file.id, why.clone())));
            continue;
        }
        pool.install(|| export_batch(batch, asked, &copying, &mut names, &mut done));
    }
    // What is waited for are copies, so that a disk that cannot is no failure.
    drop(to.sync_disk().or_else(|_| to.sync()));
    // What is left of it says nothing, and the next export takes it again.
    drop(to.remove(LOCK));
    drop(lock);
    done.photos.sort_unstable_by_key(|photo| photo.id);
    done.refused.sort();
    let mut line = AuditLine::now("export", &asked.command)
        .of_case(report.head.case.as_ref())
        .with("to", done.to.to_string_lossy())
        .with("photos", done.photos.len());
    if let Some(fault) = fault {
        done.notes.push(format!("{REPORT}: {fault}. Photos were copied as it says now."));
        line = line.with(REPORT_FAULT, fault);
    }
    // Photos can be taken from a folder that cannot be written to.
    let logged = open_for_writing(&asked.folder, report.head.source_paths(), &[]);
    let recorded = logged.and_then(|folder| audit::append(&folder, line));
    done.notes.extend(audit::unrecorded(recorded));
    Ok(done)
}

/// A photo that is to be written.
struct Due<'f> {
    photo: Exportable<'f>,
    prepared: Prepared,
    path: String,
    name: NameOrigin,
}

/// Exports some groups.
fn export_batch(
    batch: &[Group<'_>],
    asked: &Export<'_>,
    copying: &Copying<'_>,
    names: &mut Names<'_>,
    done: &mut Exported,
) {
    let prepare = |group: &Group<'_>| -> Vec<Result<Prepared, Refused>> {
        group.members.iter().map(|member| copying.prepare(member)).collect()
    };
    let prepared: Vec<_> = batch.par_iter().map(prepare).collect();
    let mut due = Vec::new();
    for (group, prepared) in batch.iter().zip(prepared) {
        let mut members = Vec::new();
        for (member, prepared) in group.members.iter().zip(prepared) {
            match prepared {
                Ok(prepared) => members.push((*member, prepared)),
                Err(why) => done.refuse(member.file.id, why),
            }
        }
        let stem = asked.template.stem(&group.leader.facts(group.original));
        for members in apart_by_extension(members) {
            due.extend(placed(group, &stem, members, copying, names, done));
        }
    }
    let write = |Due { photo, prepared, path, name }: Due<'_>| {
        let how = if prepared.turned.is_some() { Arrived::Converted } else { Arrived::Copied };
        let id = photo.file.id;
        let written = copying.write(&photo, prepared, &path);
        written.map(|()| ExportedPhoto { id, path, how, name }).map_err(|why| (id, why))
    };
    let written: Vec<_> = due.into_par_iter().map(write).collect();
    for one in written {
        match one {
            Ok(photo) => done.photos.push(photo),
            Err((id, why)) => done.refuse(id, why),
        }
    }
}

/// The members of a group in lists in which no two have the same extension: a HEIC that became JPEG may lie beside a
/// JPEG, and both cannot have one name.
fn apart_by_extension<'f>(
    members: Vec<(Exportable<'f>, Prepared)>,
) -> Vec<Vec<(Exportable<'f>, Prepared)>> {
    let mut lists: Vec<Vec<(Exportable<'f>, Prepared)>> = Vec::new();
    for member in members {
        let extension = |one: &Prepared| one.identity.extension.to_lowercase();
        let own = extension(&member.1);
        let fits = |list: &&mut Vec<(Exportable<'f>, Prepared)>| {
            list.iter().all(|(_, other)| extension(other) != own)
        };
        match lists.iter_mut().find(fits) {
            Some(list) => list.push(member),
            None => lists.push(vec![member]),
        }
    }
    lists
}

/// Those of the members of a group that are to be written, with their paths. Of others it is entered what became of
/// them.
fn placed<'f>(
    group: &Group<'_>,
    stem: &str,
    members: Vec<(Exportable<'f>, Prepared)>,
    copying: &Copying<'_>,
    names: &mut Names<'_>,
    done: &mut Exported,
) -> Vec<Due<'f>> {
    let wanted: Vec<_> = members.iter().map(|(_, one)| one.identity.clone()).collect();
    let places = names.choose(stem, &wanted);
    let why = match &places {
        Ok(_) => "no name is free for it there".to_owned(),
        Err(error) => format!("{stem} cannot be its name there: {error}"),
    };
    let mut places = places.ok().flatten().map(Vec::into_iter);
    let mut due = Vec::new();
    for (photo, prepared) in members {
        let id = photo.file.id;
        match places.as_mut().and_then(Iterator::next) {
            None => {
                copying.discard(&prepared);
                done.refused.push((id, why.clone()));
            }
            Some(place) if place.is_there => {
                copying.discard(&prepared);
                let (path, how) = (place.path, Arrived::There);
                done.photos.push(ExportedPhoto { id, path, how, name: group.name });
            }
            Some(place) => due.push(Due { photo, prepared, path: place.path, name: group.name }),
        }
    }
    due
}

impl Exported {
    /// Enters that a photo is not written.
    fn refuse(&mut self, id: u64, why: Refused) {
        match why {
            Refused::Told(why) => self.refused.push((id, why)),
            Refused::Output(error) => {
                self.refused.push((id, error.with_cause()));
                if matches!(error, Error::NoRoom { .. }) {
                    self.failure.get_or_insert(error);
                }
            }
        }
    }
}

/// The files of a report as far as they can be exported, or say where others go; without what takes room.
fn listed(report: &mut ReportReader) -> Result<Vec<ReportFile>, Error> {
    let mut files = Vec::new();
    report.files(|mut file| {
        if file.parent.is_none() || file.path.is_some() {
            (file.runs, file.unchecked, file.issues) = (Vec::new(), Vec::new(), Vec::new());
            file.proof = String::new();
            file.place = file.place.filter(|place| place.taken.is_some());
            files.push(file);
        }
        Ok(())
    })?;
    Ok(files)
}

/// The positions of the files that are exported.
fn chosen(asked: &Export<'_>, files: &[ReportFile], done: &mut Exported) -> Vec<usize> {
    let wants = |file: &ReportFile| {
        asked.formats.is_empty() || asked.formats.iter().any(|format| *format == file.format)
    };
    let Some(selection) = &asked.selection else {
        let is_due = |file: &&ReportFile| {
            let is_photo = matches!(
                file.disposition,
                ReportDisposition::Recovered | ReportDisposition::Unwritten
            );
            file.path.is_none() && is_photo && wants(file)
        };
        done.unwritten = files.iter().filter(is_due).count() as u64;
        let written = |file: &ReportFile| file.path.is_some() && file.parent.is_none();
        let all = files.iter().enumerate().filter(|(_, file)| written(file) && wants(file));
        return all.map(|(position, _)| position).collect();
    };
    let (selected, unknown) = selection.of(files.iter());
    done.unknown = unknown;
    let by_id = |id: u64| files.binary_search_by_key(&id, |file| file.id).ok();
    let mut chosen = Vec::new();
    for position in selected.into_iter().filter(|position| wants(&files[*position])) {
        let file = &files[position];
        // The file that has its bytes stands for it.
        let other = file.duplicate_of.filter(|_| file.path.is_none()).and_then(by_id);
        let one = other.unwrap_or(position);
        if files[one].path.is_some() {
            chosen.push(one);
        } else {
            let why = "it is not written yet: `afterimage recover` writes it";
            done.refused.push((file.id, why.to_owned()));
        }
    }
    chosen.sort_unstable();
    chosen.dedup();
    chosen
}
