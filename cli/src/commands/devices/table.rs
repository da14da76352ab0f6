//! The list of drives for people, no wider than a terminal.

use std::io::{self, Write};

use afterimage_engine::system::{Drive, Mount};
use afterimage_engine::volumes::glimpse::Glimpse;

use super::seen::Seen;
use crate::text::{bytes, paragraph, plain};

/// Writes the list.
pub fn list(out: &mut dyn Write, seen: &[Seen]) -> io::Result<()> {
    if seen.is_empty() {
        writeln!(out, "This system tells of no drive.")?;
    }
    for (index, one) in seen.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        drive(out, one)?;
    }
    out.flush()
}

fn drive(out: &mut dyn Write, seen: &Seen) -> io::Result<()> {
    let drive = &seen.drive;
    let size = if drive.size == 0 { "empty".to_owned() } else { bytes(drive.size) };
    let path = plain(&drive.path.to_string_lossy());
    let mark = format!("{path:14} {size:>9}  {:7}  ", drive.bus.name());
    paragraph(out, &mark, &name(drive))?;
    let facts = facts(drive);
    if !facts.is_empty() {
        paragraph(out, "    ", &facts.join(", "))?;
    }
    let whole = content(seen.at(None), &drive.mounts, drive.is_swap);
    if !whole.is_empty() {
        paragraph(out, "    ", &whole)?;
    }
    for part in &drive.partitions {
        let path = plain(&part.path.to_string_lossy());
        let content = content(seen.at(Some(part.at)), &part.mounts, part.is_swap);
        let mark = format!("  {path:16} {:>9}  ", bytes(part.size));
        paragraph(out, &mark, if content.is_empty() { "-" } else { &content })?;
    }
    for hint in &drive.health {
        paragraph(out, "    health: ", &plain(hint))?;
    }
    let hope = format!("{}: {}", seen.prospect.hope.said(), seen.prospect.why);
    paragraph(out, "    hope: ", &hope)
}

fn name(drive: &Drive) -> String {
    let backing = drive.backing.as_ref().map(|path| path.to_string_lossy().into_owned());
    let name = backing.or_else(|| drive.model.clone());
    let serial = drive.serial.as_ref().map(|serial| format!("serial {serial}"));
    let said: Vec<String> = name.into_iter().chain(serial).collect();
    if said.is_empty() { "-".to_owned() } else { plain(&said.join(", ")) }
}

fn facts(drive: &Drive) -> Vec<&'static str> {
    // What is behind a USB bridge is said to rotate whatever it is.
    let rotates = match drive.is_rotational {
        Some(true) if matches!(drive.bus.name(), "sata" | "scsi") => Some("rotates"),
        Some(false) => Some("does not rotate"),
        _ => None,
    };
    let said = [
        drive.is_removable.then_some("removable"),
        drive.is_read_only.then_some("read-only"),
        rotates,
        (drive.discard_granularity > 0).then_some("can be told what is free"),
    ];
    said.into_iter().flatten().collect()
}

/// What lies somewhere, and where that is mounted.
fn content<'g>(seen: impl Iterator<Item = &'g Glimpse>, mounts: &[Mount], is_swap: bool) -> String {
    let mut said: Vec<String> = seen
        .map(|one| {
            let label = one.label.as_ref().map(|label| format!(" \"{label}\"")).unwrap_or_default();
            let coded = one.encrypted.map(|why| format!(", {why}")).unwrap_or_default();
            format!("{}{label}{coded}", one.kind)
        })
        .collect();
    if said.is_empty() {
        said.extend(mounts.first().map(|mount| mount.file_system.clone()));
    }
    for mount in mounts {
        let how = if mount.is_read_only { "mounted read-only at" } else { "mounted at" };
        said.push(format!("{how} {}", mount.point.to_string_lossy()));
    }
    if is_swap {
        said.push("swap space, in use".to_owned());
    }
    plain(&said.join(", "))
}
