//! The place: backups of phones in a tree.

use std::sync::Arc;

use super::assemble::{Assembled, assemble};
use super::files::PhoneFiles;
use super::listed::{Listed, listed};
use super::location::{Location, locate};
use super::manifest::Row;
use super::metadata::Metadata;
use super::shown_path::shown_path;
use crate::formats::{Registry, is_photo_extension};
use crate::model::{Lost, LostState};
use crate::places::findings::{Findings, SubTree};
use crate::places::place::{Context, Place};
use crate::places::tree::Tree;

/// Backups of iPhones and iPads.
#[derive(Clone, Copy, Debug)]
pub struct PhoneBackups;

impl Place for PhoneBackups {
    fn read(&self, tree: &Arc<dyn Tree>, context: &Context<'_>, findings: &mut Findings) {
        // The files of a phone hold no backup of a phone.
        if tree.is_phone_backup() {
            return;
        }
        for location in locate(&**tree) {
            if context.progress.stopped() {
                break;
            }
            read_one(tree, &location, context, findings);
        }
    }
}

fn read_one(
    tree: &Arc<dyn Tree>,
    location: &Location,
    context: &Context<'_>,
    findings: &mut Findings,
) {
    let title = location.title(&**tree);
    let metadata = Metadata::read(&**tree, &location.folder);
    let mut said = Said { title: &title, notes: &mut findings.notes };
    metadata.faults.iter().for_each(|fault| said.note(fault));
    let Listed { rows, keys, faults } = match listed(&**tree, location, &metadata, context) {
        Ok(listed) => listed,
        Err(why) => {
            said.note(&format!("{why}; {} stored in it stay closed", files(location.blobs.len())));
            findings.trees.push(closed(tree, location, &title));
            return;
        }
    };
    faults.iter().for_each(|fault| said.note(fault));
    if rows.is_none() && keys.is_some() {
        said.note(
            "it is encrypted, and the keys of its files are lost with its list of files: nothing can decrypt them",
        );
        findings.trees.push(closed(tree, location, &title));
        return;
    }
    let has_list = rows.is_some();
    let rows = rows.unwrap_or_default();
    let assembled = assemble(&**tree, location, rows, keys.as_ref(), context);
    said.counts(&assembled, has_list, keys.is_some());
    findings.lost.extend(assembled.lost.iter().filter_map(|(row, why)| lost(row, why, &title)));
    let files = PhoneFiles::new(Arc::clone(tree), phone(&title), assembled.files);
    findings.trees.push(SubTree { tree: Box::new(files), made_of: made_of(location) });
}

fn phone(title: &str) -> String {
    format!("iPhone backup {title}")
}

fn made_of(location: &Location) -> Vec<usize> {
    let blobs = location.blobs.iter().map(|(_, node)| *node);
    blobs.chain(location.own_files()).collect()
}

/// A backup that gives nothing: its files are not looked at one by one, since they are all noise.
fn closed(tree: &Arc<dyn Tree>, location: &Location, title: &str) -> SubTree {
    let files = PhoneFiles::new(Arc::clone(tree), phone(title), Vec::new());
    SubTree { tree: Box::new(files), made_of: made_of(location) }
}

/// A photo that the list of files knows and the backup does not hold; nothing for other files.
fn lost(row: &Row, why: &str, title: &str) -> Option<Lost> {
    let path = format!("{}/{}", row.domain, row.path);
    is_photo(&path).then(|| Lost {
        state: LostState::NameOnly,
        size: row.size,
        taken: row.modified.or(row.born),
        note: Some(why.to_owned()),
        ..Lost::named(format!("the list of files of the backup {title}"), shown_path(&path))
    })
}

fn is_photo(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let extension = name.rsplit_once('.').map(|(_, extension)| extension);
    extension.is_some_and(|extension| {
        is_photo_extension(extension) || Registry::default().has_extension(extension)
    })
}

/// What the user is told of one backup.
struct Said<'n> {
    title: &'n str,
    notes: &'n mut Vec<String>,
}

impl Said<'_> {
    fn note(&mut self, what: &str) {
        self.notes.push(format!("iPhone backup {}: {what}", self.title));
    }

    fn counts(&mut self, found: &Assembled, has_list: bool, is_encrypted: bool) {
        if has_list {
            self.note(&format!(
                "{} of the {} files that it lists are there{}",
                found.there,
                found.rows,
                missing(&found.lost)
            ));
        } else {
            self.note(
                "its list of files is lost (Manifest.db); its files are told by their content, and names and dates \
                 are lost where the photos do not hold them",
            );
        }
        let named = match found.named {
            0 => String::new(),
            named => format!("; the names of {named} were found by their digests"),
        };
        match (found.orphans, has_list, is_encrypted) {
            (0, ..) => {}
            (orphans, true, true) => self.note(&format!(
                "it does not list {} that it holds; the keys are lost, nothing can decrypt that",
                files(orphans)
            )),
            (orphans, true, false) => {
                self.note(&format!("it does not list {} that it holds{named}", files(orphans)));
            }
            (orphans, false, _) => self.note(&format!("it holds {}{named}", files(orphans))),
        }
        if let Some((path, odd)) = found.odd.first() {
            let more = others(found.odd.len());
            self.note(&format!("{path}{more}: {odd}; the longer content was kept"));
        }
        if found.unclear > 0 {
            self.note(&format!(
                "what it says of {} beside the path cannot be read, as in backups of iOS 10.0 and 10.1: no dates \
                 are known of it, and where it is encrypted nothing can decrypt it",
                files(found.unclear)
            ));
        }
    }
}

/// `1 file`, `2 files`.
fn files(count: usize) -> String {
    if count == 1 { "1 file".to_owned() } else { format!("{count} files") }
}

/// How many are missing, and which is the first.
fn missing(lost: &[(Row, String)]) -> String {
    match lost.first() {
        None => String::new(),
        Some((row, why)) => {
            let others = others(lost.len());
            format!("; {} are not: {}/{}{others} ({why})", lost.len(), row.domain, row.path)
        }
    }
}

/// How many there are beside the one that is named.
fn others(all: usize) -> String {
    match all.saturating_sub(1) {
        0 => String::new(),
        others => format!(" and {others} more"),
    }
}
