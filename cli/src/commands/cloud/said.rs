//! What was done, as text and as JSON.

use std::io::{self, Write};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use crate::cloud::choice::{Kind, kind_of};
use crate::cloud::item::{Item, Listing};
use crate::cloud::save::Saved;
use crate::cloud::vendor::Vendor;
use crate::failure;
use crate::status::Status;
use crate::text::{self, bytes, count, paragraph, plain};

/// What was done with one file.
#[derive(Debug)]
pub enum Done {
    /// It was listed, no more.
    Listed,
    /// It was downloaded.
    Saved(Saved),
    /// It was restored, or would be.
    Restored,
    /// It could not be done.
    Failed(String),
}

/// What was done with all.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Each file, and what was done with it.
    pub rows: Vec<(Item, Done)>,
    /// Whether somebody stopped it.
    pub is_interrupted: bool,
    /// Whether nothing more could be written.
    pub is_full: bool,
}

/// What a verb came to.
pub struct Said {
    /// Which service.
    pub vendor: Vendor,
    /// The verb, as it is typed.
    pub verb: &'static str,
    /// What was left out of the list, and its notes.
    pub listing: Listing,
    /// What was done.
    pub outcome: Outcome,
    /// Whether it was only said what would be done.
    pub is_dry: bool,
}

impl Said {
    /// Prints it; returns what it comes to in one number.
    pub fn print(&self, as_json: bool, out: &mut dyn Write) -> anyhow::Result<Status> {
        failure::unless_closed(if as_json { self.json(out) } else { self.text(out) })?;
        let failed = self.failed();
        let Outcome { rows, is_interrupted, is_full } = &self.outcome;
        Ok(match () {
            () if *is_interrupted => Status::Interrupted,
            () if *is_full || failed > 0 && failed == rows.len() => Status::Failed,
            () if failed > 0 => Status::SomeFailed,
            () if rows.is_empty() => Status::Nothing,
            () => Status::Found,
        })
    }

    fn failed(&self) -> usize {
        let rows = self.outcome.rows.iter();
        rows.filter(|(_, done)| matches!(done, Done::Failed(_))).count()
    }

    fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        for (item, done) in &self.outcome.rows {
            let size = item.size.map(bytes).unwrap_or_default();
            let day = day(item);
            let line = match done {
                Done::Listed => format!("{day:10}  {size:>9}  {}", item.shown()),
                Done::Saved(Saved { path, was_there: true, .. }) => format!("was there   {path}"),
                Done::Saved(Saved { path, .. }) => format!("downloaded  {path}"),
                Done::Restored if self.is_dry => format!("would be restored  {}", item.shown()),
                Done::Restored => format!("restored  {}", item.shown()),
                // Told already, with why.
                Done::Failed(_) => continue,
            };
            writeln!(out, "{line}")?;
            if let (Done::Listed, Some(why), false) = (done, &item.no_restore, item.is_folder) {
                paragraph(
                    out,
                    "            - ",
                    &plain(&format!("not restored by itself: {why}")),
                )?;
            }
        }
        if !self.outcome.rows.is_empty() {
            writeln!(out)?;
        }
        paragraph(out, "", &self.summary())?;
        for note in &self.listing.notes {
            paragraph(out, "", note)?;
        }
        out.flush()
    }

    /// What it comes to, in a few sentences.
    fn summary(&self) -> String {
        let rows = &self.outcome.rows;
        let of =
            |wanted: fn(&Done) -> bool| rows.iter().filter(|(_, done)| wanted(done)).count() as u64;
        let title = self.vendor.title();
        let mut text = match self.verb {
            "list" => format!("{} in the trash of {title}.", self.counted()),
            "download" => {
                let saved = of(|done| matches!(done, Done::Saved(Saved { was_there: false, .. })));
                let there = of(|done| matches!(done, Done::Saved(Saved { was_there: true, .. })));
                let unproven =
                    of(|done| matches!(done, Done::Saved(Saved { is_proven: false, .. })));
                let mut text = format!("{} downloaded", count(saved, "file was", "files were"));
                if there > 0 {
                    text += &format!(", {} there already", count(there, "was", "were"));
                }
                if unproven > 0 {
                    text +=
                        &format!("; for {unproven} the service gives no checksum to prove them by");
                }
                text + "."
            }
            _ => {
                let restored = of(|done| matches!(done, Done::Restored));
                let would =
                    if self.is_dry { "would be restored" } else { "restored to where they were" };
                format!("{} {would}.", count(restored, "file", "files"))
            }
        };
        let failed = self.failed() as u64;
        if failed > 0 {
            text += &format!(" {} not; stderr says why.", count(failed, "was", "were"));
        }
        if self.listing.left_out > 0 {
            let entries = count(self.listing.left_out, "entry", "entries");
            text += &format!(" Of other types or names: {entries}.");
        }
        if self.listing.by_date > 0 {
            let files = count(self.listing.by_date, "file", "files");
            text += &format!(" From another time, or from none that is known: {files}.");
        }
        text
    }

    /// Photos, videos and other files, and their size.
    fn counted(&self) -> String {
        let kind = |item: &Item| kind_of(&item.name, item.mime.as_deref());
        let of = |wanted: Option<Kind>| {
            let items = self.outcome.rows.iter().map(|(item, _)| item);
            items.filter(|item| kind(item) == wanted).count() as u64
        };
        let mut parts = vec![count(of(Some(Kind::Photo)), "photo", "photos")];
        for (n, one, many) in
            [(of(Some(Kind::Video)), "video", "videos"), (of(None), "other entry", "other entries")]
        {
            parts.extend((n > 0).then(|| count(n, one, many)));
        }
        let sizes = self.outcome.rows.iter().filter_map(|(item, _)| item.size);
        let size = sizes.fold(0, u64::saturating_add);
        match size {
            0 => parts.join(", "),
            _ => format!("{} ({})", parts.join(", "), bytes(size)),
        }
    }

    fn json(&self, out: &mut dyn Write) -> io::Result<()> {
        let files: Vec<Value> =
            self.outcome.rows.iter().map(|(item, done)| row(item, done)).collect();
        let mut said = json!({
            "schema": "afterimage-cloud/1",
            "vendor": self.vendor.name(),
            "verb": self.verb,
            "files": files,
            "left_out": { "type_or_name": self.listing.left_out, "date": self.listing.by_date },
            "notes": self.listing.notes,
        });
        if self.verb == "restore" {
            said["dry_run"] = self.is_dry.into();
        }
        text::json(out, &said)?;
        out.flush()
    }
}

/// When a file was taken or else last changed, as a day here.
fn day(item: &Item) -> String {
    let changed = item.modified.or(item.created).map(|time| TimeZone::system().to_datetime(time));
    item.taken.or(changed).map(|time| time.date().to_string()).unwrap_or_default()
}

fn row(item: &Item, done: &Done) -> Value {
    let time = |time: Option<Timestamp>| time.map(|time| time.to_string());
    let mut row = Map::new();
    let known = [
        ("id", Some(item.id.clone())),
        ("name", Some(item.name.clone())),
        ("original_name", item.original_name.clone()),
        ("path", Some(item.path.clone())),
        ("mime", item.mime.clone()),
        ("deleted", time(item.deleted)),
        ("modified", time(item.modified)),
        ("created", time(item.created)),
        ("taken", item.taken.map(|taken| taken.to_string())),
        ("md5", item.md5.clone()),
        ("sha256", item.sha256.clone()),
        ("content_hash", item.content_hash.clone()),
        ("rev", item.rev.clone()),
        ("no_restore", item.no_restore.clone()),
        ("no_download", item.no_download.clone()),
    ];
    for (name, value) in known {
        row.extend(value.map(|value| (name.to_owned(), Value::from(value))));
    }
    row.extend(item.size.map(|size| ("size".to_owned(), size.into())));
    row.extend(item.is_folder.then(|| ("folder".to_owned(), true.into())));
    let results: Vec<(&str, Value)> = match done {
        Done::Listed => vec![],
        Done::Saved(saved) => vec![
            ("saved", saved.path.clone().into()),
            ("was_there", saved.was_there.into()),
            ("proven", saved.is_proven.into()),
        ],
        Done::Restored => vec![("restored", true.into())],
        Done::Failed(why) => vec![("failed", why.clone().into())],
    };
    row.extend(results.into_iter().map(|(name, value)| (name.to_owned(), value)));
    Value::Object(row)
}
