//! `afterimage devices`.

mod check;
mod json;
mod seen;
mod table;

use std::io::Write;
use std::path::{Path, PathBuf};

use afterimage_engine::source::{self, Io};
use afterimage_engine::system::System;
use afterimage_engine::volumes::capacity;
use clap::builder::{OsStringValueParser, TypedValueParser};

use seen::Seen;

use crate::status::Status;
use crate::system_words::{LISTER, how_to_read, is_root};
use crate::{failure, sources};

/// List drives and cards, and what can be hoped for on each
///
/// Tells of each drive how large it is, how it is connected, what it is called, what lies on it and where
/// that is mounted, how it fares as far as the system knows, and whether what is deleted on it stays until
/// it is overwritten. Nothing is written. File systems are told where the device may be read: with sudo.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Devices {
    /// Look whether a card, or an image of one, has the size that it says; counterfeit ones do not.
    ///
    /// Reads some hundred megabytes at the most and writes nothing. A card that holds next to nothing cannot
    /// be told.
    #[arg(long, value_name = "DEVICE",
        value_parser = OsStringValueParser::new().try_map(sources::source))]
    check: Option<PathBuf>,

    /// Print the list, or what the check comes to, as JSON.
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  sudo afterimage devices
      Which device is the card?
  sudo afterimage devices --check /dev/sdb
      Is it as large as it says?

JSON: a list of drives, each with path, name, bus (usb, sd, mmc, nvme, sata, scsi, virtual, loop, \
mapped, network, unknown), size, sector_size, physical_sector_size (bytes), model, serial, removable, \
read_only, rotational, discard_granularity (bytes; 0: it cannot be told what is free), backing (of a \
loop device), registers (what a card says of itself), health (hints), hope (good, possible, \
unlikely, not-possible), why, readable, mounts (point, file_system, read_only, discard), swap, \
file_systems (of the drive as a whole: type, label, encrypted, offset, length) and partitions (path, \
name, number, offset, size, mounts, swap, file_systems). What is not known is absent. \
With --check: schema (afterimage-capacity/1), device, claimed, finding (wraps, ends, no_sign, \
cannot_tell), likely_size, compared, same, files, files_missing.

Exit status: 0 done; 1 no drive is there, or the check found a sign of a false size; 2 it could not \
be read.";

/// All drives as programs read them; nothing where this system does not list them.
pub fn drives() -> Option<Vec<serde_json::Value>> {
    let system = System::running();
    system.lists_drives().then(|| {
        let trims = system.trims_at_times();
        system.drives().into_iter().map(|drive| json::drive(&Seen::of(drive, trims))).collect()
    })
}

impl Devices {
    /// Lists, or checks one device.
    pub fn run(self, out: &mut dyn Write, err: &mut dyn Write) -> anyhow::Result<Status> {
        if let Some(device) = &self.check {
            return self.check(device, out);
        }
        let system = System::running();
        if !system.lists_drives() {
            anyhow::bail!("cannot list drives on this system yet; {LISTER} lists them");
        }
        let trims = system.trims_at_times();
        let seen: Vec<Seen> =
            system.drives().into_iter().map(|drive| Seen::of(drive, trims)).collect();
        failure::unless_closed(match self.json {
            true => json::list(out, &seen),
            false => table::list(out, &seen),
        })?;
        if seen.iter().any(|one| one.file_systems.is_none() && one.drive.size > 0) {
            writeln!(
                err,
                "afterimage: note: some devices cannot be read, and what lies on them is not told; \
                 {}",
                how_to_read(is_root())
            )?;
        }
        Ok(if seen.is_empty() { Status::Nothing } else { Status::Found })
    }

    fn check(&self, device: &Path, out: &mut dyn Write) -> anyhow::Result<Status> {
        let source = source::open(device, Io::Auto)?;
        let found = capacity::check(source.as_ref());
        let unreadable = source.unreadable().iter().map(|span| span.len).sum();
        failure::unless_closed(match self.json {
            true => check::json(out, device, &found, unreadable),
            false => check::text(out, device, &found, unreadable),
        })?;
        Ok(check::status(&found))
    }
}
