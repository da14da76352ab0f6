//! The list of drives for programs.

use std::io::{self, Write};

use afterimage_engine::system::Mount;
use afterimage_engine::volumes::glimpse::Glimpse;
use serde_json::{Value, json};

use super::seen::Seen;
use crate::text;

/// Writes the list.
pub fn list(out: &mut dyn Write, seen: &[Seen]) -> io::Result<()> {
    let drives: Vec<Value> = seen.iter().map(drive).collect();
    text::json(out, &drives)?;
    out.flush()
}

/// One drive.
pub fn drive(seen: &Seen) -> Value {
    let drive = &seen.drive;
    let partitions = drive.partitions.iter().map(|part| {
        known(json!({
            "path": part.path.to_string_lossy(),
            "name": part.name,
            "number": part.number,
            "offset": part.at,
            "size": part.size,
            "mounts": mounts(&part.mounts),
            "swap": part.is_swap,
            "file_systems": file_systems(seen.at(Some(part.at))),
        }))
    });
    let registers = drive.registers.iter();
    let registers = registers.map(|(name, value)| ((*name).to_owned(), json!(value)));
    known(json!({
        "path": drive.path.to_string_lossy(),
        "name": drive.name,
        "bus": drive.bus.name(),
        "size": drive.size,
        "sector_size": drive.sector_size,
        "physical_sector_size": drive.physical_sector_size,
        "model": drive.model,
        "serial": drive.serial,
        "removable": drive.is_removable,
        "read_only": drive.is_read_only,
        "rotational": drive.is_rotational,
        "discard_granularity": drive.discard_granularity,
        "backing": drive.backing.as_ref().map(|path| path.to_string_lossy()),
        "registers": registers.collect::<serde_json::Map<_, _>>(),
        "health": drive.health,
        "hope": seen.prospect.hope.name(),
        "why": seen.prospect.why,
        "readable": seen.file_systems.is_some(),
        "mounts": mounts(&drive.mounts),
        "swap": drive.is_swap,
        "file_systems": file_systems(seen.at(None)),
        "partitions": partitions.collect::<Vec<_>>(),
    }))
}

/// An object without what is not known.
fn known(value: Value) -> Value {
    match value {
        Value::Object(fields) => fields.into_iter().filter(|(_, value)| !value.is_null()).collect(),
        other => other,
    }
}

fn mounts(mounts: &[Mount]) -> Vec<Value> {
    let one = |mount: &Mount| {
        json!({
            "point": mount.point.to_string_lossy(),
            "file_system": mount.file_system,
            "read_only": mount.is_read_only,
            "discard": mount.has_discard,
        })
    };
    mounts.iter().map(one).collect()
}

fn file_systems<'g>(seen: impl Iterator<Item = &'g Glimpse>) -> Vec<Value> {
    seen.map(|one| {
        known(json!({
            "type": one.kind,
            "label": one.label,
            "encrypted": one.encrypted,
            "offset": one.span.at,
            "length": one.span.len,
        }))
    })
    .collect()
}
