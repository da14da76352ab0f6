//! The photos of a database of the Photos app.

use std::collections::HashSet;

use super::apple_time::moment;
use super::asset::Asset;
use super::details::Additional;
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
    if let (Some(table), Some(columns)) = (table, &columns) {
        let deleted = table.deleted_rows();
        add(&mut all, &mut known, deleted.iter().filter_map(|row| columns.asset(row)));
    }
    let keys = all.iter().filter_map(|asset| asset.key).collect();
    let more = Additional::of(database, &keys);
    let mut albums = albums::by_asset(database);
    for asset in &mut all {
        let Some(key) = asset.key else { continue };
        if let Some(details) = more.get(asset) {
            details.clone().give(asset);
        }
        if !asset.is_removed {
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
    details: Option<usize>,
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
            details: at("ZADDITIONALATTRIBUTES"),
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
        let shown = by_content::asset(row);
        if let Some(shown) = shown
            && (&shown.directory, &shown.filename) != (&directory, &filename)
        {
            return Some(shown);
        }
        let uuid = text(self.uuid);
        let position = value(self.latitude).real().zip(value(self.longitude).real());
        let is_on_earth =
            |(latitude, longitude): &(f64, f64)| latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
        let placeholder = value(self.placeholder).integer().unwrap_or(0);
        let trashed = value(self.trashed).real();
        Some(Asset {
            key: row.rowid,
            details: value(self.details).integer(),
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
            is_removed: matches!(row.state, RowState::Deleted | RowState::Replaced),
            ..Asset::default()
        })
    }
}
