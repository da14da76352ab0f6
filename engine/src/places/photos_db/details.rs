//! What the second table of photos says of them: original names, sizes, time zones.

use std::collections::{HashMap, HashSet};

use super::apple_time::{moment, since_2001};
use super::asset::Asset;
use super::{by_content, near};
use crate::places::sqlite::{Database, Row, Table, Value};

/// Columns that are looked at in rows whose columns nobody names; the table has about sixty.
const MOST_COLUMNS: usize = 256;

/// What the second table says of a photo.
#[derive(Clone, Debug, Default)]
pub(super) struct Details {
    name: Option<String>,
    size: Option<u64>,
    east: Option<i64>,
    fingerprint: Option<String>,
}

impl Details {
    /// Adds it to a photo.
    pub(super) fn give(self, asset: &mut Asset) {
        asset.original_filename = self.name;
        asset.original_size = self.size;
        asset.fingerprint = self.fingerprint;
        if let Some(east) = self.east {
            // The moment is the same, by the clock of the place.
            let local = |utc: crate::model::Moment| moment(since_2001(utc.instant()?), Some(east));
            asset.created = asset.created.and_then(|utc| local(utc).or(Some(utc)));
        }
    }
}

/// The second table of photos, by the key of the photo: what is there, and what is left of deleted rows.
#[derive(Default)]
pub(super) struct Additional {
    live: HashMap<i64, Details>,
    deleted: HashMap<i64, Details>,
    is_by_own_key: bool,
}

impl Additional {
    /// Reads the table; `photos` are the keys of the photos that are known.
    pub(super) fn of(database: &Database<'_>, photos: &HashSet<i64>) -> Self {
        let mut more = Additional::default();
        let table = near::table(database, "ZADDITIONALASSETATTRIBUTES");
        if let Some(table) = table {
            let columns = DetailColumns::of(table);
            if columns.name.is_some() && columns.asset.is_some() {
                more.live.extend(table.rows().filter_map(|row| columns.details(&row)));
                let deleted = table.deleted_rows();
                more.deleted.extend(deleted.iter().filter_map(|row| columns.details(row)));
            }
            more.is_by_own_key = columns.is_by_own_key;
            // Columns out of place give something else.
            let is_name = |name: &String| by_content::is_filename(name);
            let names = more.live.values().filter_map(|details| details.name.as_ref());
            if names.filter(|name| is_name(name)).count() * 2 <= more.live.len() {
                more.live.extend(by_values(table.rows(), photos));
            }
        } else {
            more.live.extend(by_values(database.loose_rows(), photos));
        }
        more
    }

    /// What it says of a photo, in a deleted row if in no other.
    pub(super) fn get(&self, asset: &Asset) -> Option<&Details> {
        let key = if self.is_by_own_key { asset.details.or(asset.key) } else { asset.key }?;
        self.live.get(&key).or_else(|| self.deleted.get(&key))
    }
}

/// Where the columns of the second table are.
struct DetailColumns {
    asset: Option<usize>,
    /// Whether `asset` is the key of the row itself, at which the photo points.
    is_by_own_key: bool,
    name: Option<usize>,
    size: Option<usize>,
    east: Option<usize>,
    fingerprint: Option<usize>,
}

impl DetailColumns {
    fn of(table: Table<'_>) -> Self {
        let at = |name| near::column(table, name);
        DetailColumns {
            // The row points at the photo, or only the photo at the row.
            asset: at("ZASSET").or_else(|| at("Z_PK")),
            is_by_own_key: at("ZASSET").is_none(),
            name: at("ZORIGINALFILENAME"),
            size: at("ZORIGINALFILESIZE"),
            east: at("ZTIMEZONEOFFSET"),
            fingerprint: at("ZORIGINALSTABLEHASH").or_else(|| at("ZMASTERFINGERPRINT")),
        }
    }

    fn details(&self, row: &Row<'_>) -> Option<(i64, Details)> {
        let value = |at: Option<usize>| at.map_or(Value::Null, |at| row.at(at));
        let details = Details {
            name: value(self.name).into_text(),
            size: value(self.size).integer().and_then(|size| u64::try_from(size).ok()),
            east: value(self.east).integer(),
            fingerprint: value(self.fingerprint).into_text(),
        };
        Some((value(self.asset).integer()?, details))
    }
}

/// The original names of photos in rows whose columns nobody names any more: the last text that is the name of a file.
/// The number that points at the photo stands where most rows have the key of a photo, each another.
fn by_values<'d>(
    rows: impl Iterator<Item = Row<'d>>,
    photos: &HashSet<i64>,
) -> HashMap<i64, Details> {
    let named = rows.filter_map(|row| {
        let texts = row.values().filter_map(Value::into_text);
        let name = texts.filter(|text| by_content::is_filename(text)).last()?;
        let numbers: Vec<Option<i64>> = row
            .values()
            .take(MOST_COLUMNS)
            .map(|value| if let Value::Integer(number) = value { Some(number) } else { None })
            .collect();
        // The row of a photo itself has a folder beside the name.
        by_content::asset(&row).is_none().then_some((numbers, name))
    });
    let named: Vec<(Vec<Option<i64>>, String)> = named.collect();
    let columns = named.iter().map(|(numbers, _)| numbers.len()).max().unwrap_or(0);
    let keys_at = |column: usize| -> HashSet<i64> {
        let numbers = named.iter().filter_map(|(numbers, _)| *numbers.get(column)?);
        numbers.filter(|number| photos.contains(number)).collect()
    };
    let best = (0..columns).map(|column| (keys_at(column).len(), column)).max();
    let Some((keys, column)) = best.filter(|(keys, _)| keys * 2 > named.len()) else {
        return HashMap::new();
    };
    let mut found = HashMap::with_capacity(keys);
    for (numbers, name) in named {
        if let Some(Some(key)) = numbers.get(column) {
            found.insert(*key, Details { name: Some(name), ..Details::default() });
        }
    }
    found
}
