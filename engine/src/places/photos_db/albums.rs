//! The albums that photos are in.

use std::collections::HashMap;

use super::near;
use crate::places::sqlite::{Database, Table};

/// Kinds of albums that are folders or the root of all.
const FOLDERS: [i64; 4] = [3998, 3999, 4000, 4001];

/// Albums of one photo that are kept; a photo in more is no work of a person.
const MOST_ALBUMS: usize = 1000;

/// The titles of the albums of each photo, by the key of the photo. The table that joins them is named after numbers
/// that differ from version to version: it is the one with a column of each kind.
pub(super) fn by_asset(database: &Database<'_>) -> HashMap<i64, Vec<String>> {
    let mut by_asset: HashMap<i64, Vec<String>> = HashMap::new();
    let Some(titles) = near::table(database, "ZGENERICALBUM").map(titles) else { return by_asset };
    for table in database.tables().filter_map(|name| database.table(name)) {
        let Some((album, asset)) = joined(table) else { continue };
        for row in table.rows() {
            let pair = row.at(album).integer().zip(row.at(asset).integer());
            let Some((album, asset)) = pair else { continue };
            let albums = by_asset.entry(asset).or_default();
            if let Some(title) = titles.get(&album)
                && albums.len() < MOST_ALBUMS
                && !albums.contains(title)
            {
                albums.push(title.clone());
            }
        }
    }
    by_asset
}

/// No album has a longer title, in bytes: a title is kept for every photo of it.
const LONGEST_TITLE: usize = 1 << 10;

/// The titles of albums that are shown, by key.
fn titles(table: Table<'_>) -> HashMap<i64, String> {
    let [title, kind, trashed] =
        ["ZTITLE", "ZKIND", "ZTRASHEDSTATE"].map(|name| near::column(table, name));
    let number = |row: &crate::places::sqlite::Row<'_>, at: Option<usize>| {
        at.and_then(|at| row.at(at).integer())
    };
    let title_of = |row: &crate::places::sqlite::Row<'_>| row.at(title?).into_text();
    let shown = table.rows().filter_map(|row| {
        let is_folder = number(&row, kind).is_some_and(|kind| FOLDERS.contains(&kind));
        let is_trashed = number(&row, trashed).is_some_and(|state| state != 0);
        let title = title_of(&row).filter(|title| (1..=LONGEST_TITLE).contains(&title.len()))?;
        Some((row.rowid?, title)).filter(|_| !is_folder && !is_trashed)
    });
    shown.collect()
}

/// The columns of a join table: `Z_26ALBUMS` and `Z_34ASSETS`, with whatever numbers.
fn joined(table: Table<'_>) -> Option<(usize, usize)> {
    let ending = |suffix: &str| {
        table.columns().iter().position(|column| {
            let number = column.name.strip_prefix("Z_").and_then(|rest| rest.strip_suffix(suffix));
            number.is_some_and(|number| {
                !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
            })
        })
    };
    Some((ending("ALBUMS")?, ending("ASSETS")?))
}
