//! The photos of a database of the Photos app.

use std::collections::{HashMap, HashSet};

use super::apple_time::moment;
use super::asset::Asset;
use super::{albums, by_content, near};
use crate::places::sqlite::{Database, Row, RowState, Table, Value};

/// Photos of one database: far more than any library has.
const MOST_ASSETS: usize = 5_000_000;

/// The photos that a database knows: those that are there, and those whose rows were deleted as far as something is
/// left of them.
pub fn assets(database: &Database<'_>) -> Vec<Asset> {
    let mut all = Vec::new();
    let mut known = HashSet::new();
    let named = ["ZASSET", "ZGENERICASSET"];
    let table = named.into_iter().find_map(|name| near::table(database, name));
    let columns = table.map(Columns::of).filter(Columns::are_known);
    if let (Some(table), Some(columns)) = (table, &columns) {
        let of_table = table.rows().filter_map(|row| columns.asset(&row));
        add(&mut all, &mut known, of_table);
    } else if let Some(table) = table {
        add(&mut all, &mut known, table.rows().filter_map(|row| by_content::asset(&row)));
    }
    add(&mut all, &mut known, database.loose_rows().filter_map(|row| by_content::asset(&row)));
    let more = near::table(database, "ZADDITIONALASSETATTRIBUTES").map(Additional::of);
    let is_live = all.len();
    if let (Some(table), Some(columns)) = (table, &columns) {
        let deleted = table.deleted_rows().into_iter();
        let deleted =
            deleted.filter_map(|row| Some(Asset { is_removed: true, ..columns.asset(&row)? }));
        add(&mut all, &mut known, deleted);
    }
    let mut albums = albums::by_asset(database);
    for (nth, asset) in all.iter_mut().enumerate() {
        let Some(key) = asset.key else { continue };
        if let Some(details) = more.as_ref().and_then(|more| more.get(key, nth >= is_live)) {
            details.clone().give(asset);
        }
        if nth < is_live {
            asset.albums = albums.remove(&key).unwrap_or_default();
        }
    }
    all
}

/// Adds photos that are not known yet, by their identity.
fn add(all: &mut Vec<Asset>, known: &mut HashSet<String>, more: impl Iterator<Item = Asset>) {
    for asset in more {
        let identity = asset.uuid.clone();
        let identity =
            identity.unwrap_or_else(|| format!("{}/{}", asset.directory, asset.filename));
        if all.len() < MOST_ASSETS && known.insert(identity.to_ascii_uppercase()) {
            all.push(asset);
        }
    }
}

/// Where the columns of the table of photos are, as far as it has them.
struct Columns {
    uuid: Option<usize>,
    directory: Option<usize>,
    filename: Option<usize>,
    kind: Option<usize>,
    subtype: Option<usize>,
    favourite: Option<usize>,
    hidden: Option<usize>,
    burst: Option<usize>,
    trashed_state: Option<usize>,
    trashed: Option<usize>,
    created: Option<usize>,
    modified: Option<usize>,
    latitude: Option<usize>,
    longitude: Option<usize>,
    edited: Option<usize>,
    placeholder: Option<usize>,
    cloud_state: Option<usize>,
}

impl Columns {
    fn of(table: Table<'_>) -> Self {
        let at = |name| near::column(table, name);
        Columns {
            uuid: at("ZUUID"),
            directory: at("ZDIRECTORY"),
            filename: at("ZFILENAME"),
            kind: at("ZKIND"),
            subtype: at("ZKINDSUBTYPE"),
            favourite: at("ZFAVORITE"),
            hidden: at("ZHIDDEN"),
            burst: at("ZAVALANCHEUUID"),
            trashed_state: at("ZTRASHEDSTATE"),
            trashed: at("ZTRASHEDDATE"),
            created: at("ZDATECREATED"),
            modified: at("ZMODIFICATIONDATE"),
            latitude: at("ZLATITUDE"),
            longitude: at("ZLONGITUDE"),
            edited: at("ZHASADJUSTMENTS").or_else(|| at("ZADJUSTMENTSSTATE")),
            placeholder: at("ZCLOUDPLACEHOLDERKIND"),
            cloud_state: at("ZCLOUDLOCALSTATE"),
        }
    }

    fn are_known(&self) -> bool {
        self.directory.is_some() && self.filename.is_some()
    }

    /// The photo of a row. Where a damaged schema has put its columns out of place, what the row itself shows.
    fn asset(&self, row: &Row<'_>) -> Option<Asset> {
        let value = |at: Option<usize>| at.map_or(Value::Null, |at| row.at(at));
        let text = |at| value(at).into_text();
        let is = |at| value(at).integer().is_some_and(|number| number != 0);
        let (Some(directory), Some(filename)) = (text(self.directory), text(self.filename)) else {
            return by_content::asset(row);
        };
        let uuid = text(self.uuid);
        if uuid.as_deref().is_none_or(|uuid| !by_content::is_uuid(uuid))
            && let Some(asset) = by_content::asset(row)
        {
            return Some(asset);
        }
        let position = value(self.latitude).real().zip(value(self.longitude).real());
        let is_on_earth =
            |(latitude, longitude): &(f64, f64)| latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
        let placeholder = value(self.placeholder).integer().unwrap_or(0);
        let trashed = value(self.trashed).real();
        Some(Asset {
            key: row.rowid,
            uuid,
            directory,
            filename,
            is_video: is(self.kind),
            subtype: value(self.subtype).integer().unwrap_or(0),
            is_favourite: is(self.favourite),
            is_hidden: is(self.hidden),
            burst: text(self.burst).filter(|burst| !burst.is_empty()),
            is_trashed: is(self.trashed_state),
            trashed,
            created: value(self.created).real().and_then(|seconds| moment(seconds, None)),
            modified: value(self.modified).real().and_then(|seconds| moment(seconds, None)),
            position: position.filter(is_on_earth),
            is_edited: is(self.edited),
            is_in_cloud: placeholder > 0 || value(self.cloud_state).integer() == Some(1),
            is_cloud_only: placeholder >= 3,
            is_removed: row.state == RowState::Deleted,
            ..Asset::default()
        })
    }
}

/// What the second table says of a photo.
#[derive(Clone, Debug, Default)]
struct Details {
    name: Option<String>,
    size: Option<u64>,
    east: Option<i64>,
    fingerprint: Option<String>,
}

impl Details {
    fn give(self, asset: &mut Asset) {
        asset.original_filename = self.name;
        asset.original_size = self.size;
        asset.fingerprint = self.fingerprint;
        if let Some(east) = self.east {
            // The moment is the same, by the clock of the place.
            let local = |utc: crate::model::Moment| {
                let since = utc.instant()? - 978_307_200;
                moment(since as f64, Some(east))
            };
            asset.created = asset.created.and_then(|utc| local(utc).or(Some(utc)));
        }
    }
}

/// The second table of photos, by the key of the photo: what is there, and what is left of deleted rows.
struct Additional {
    live: HashMap<i64, Details>,
    deleted: HashMap<i64, Details>,
}

impl Additional {
    fn of(table: Table<'_>) -> Self {
        let at = |name| near::column(table, name);
        let asset = at("ZASSET");
        let [name, size, east] =
            ["ZORIGINALFILENAME", "ZORIGINALFILESIZE", "ZTIMEZONEOFFSET"].map(at);
        let fingerprint = at("ZORIGINALSTABLEHASH").or_else(|| at("ZMASTERFINGERPRINT"));
        let read = |row: &Row<'_>| {
            let value = |at: Option<usize>| at.map_or(Value::Null, |at| row.at(at));
            let details = Details {
                name: value(name).into_text(),
                size: value(size).integer().and_then(|size| u64::try_from(size).ok()),
                east: value(east).integer(),
                fingerprint: value(fingerprint).into_text(),
            };
            // The row points at the photo; in some versions the photo points at the row, with equal keys.
            Some((value(asset).integer().or(row.rowid)?, details))
        };
        let live: HashMap<_, _> = table.rows().filter_map(|row| read(&row)).collect();
        let deleted = table.deleted_rows();
        Additional { live, deleted: deleted.iter().filter_map(read).collect() }
    }

    fn get(&self, key: i64, is_deleted: bool) -> Option<&Details> {
        let deleted = || self.deleted.get(&key).filter(|_| is_deleted);
        self.live.get(&key).or_else(deleted)
    }
}
