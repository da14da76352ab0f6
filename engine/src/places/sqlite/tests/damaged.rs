//! Databases with damaged bytes: what lies on sound pages comes back.

use std::collections::BTreeSet;

use rusqlite::Connection;

use super::oracle::{Files, connect, expected, found};
use crate::places::sqlite::{Database, RowState};

/// Numbers that look random.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }
}

const PHOTOS: usize = 3000;

/// A table like that of photos, with an index and another table beside it.
fn photos(pragmas: &str) -> (Files, Connection, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let connection = connect(folder.path(), pragmas);
    let statements = format!(
        "CREATE TABLE photo (id INTEGER PRIMARY KEY, kind INT, taken REAL, folder TEXT, name TEXT, uuid TEXT);
         CREATE TABLE album (photo INT, album INT);
         CREATE INDEX by_uuid ON photo (uuid);
         WITH RECURSIVE n(v) AS (SELECT 1 UNION ALL SELECT v + 1 FROM n WHERE v < {PHOTOS})
         INSERT INTO photo SELECT v, v % 2, v + 0.5, 'DCIM/100APPLE', printf('IMG_%04d.HEIC', v),
             printf('%08X-0000', v * 7919) FROM n;
         INSERT INTO album SELECT id, id % 9 FROM photo;"
    );
    connection.execute_batch(&statements).unwrap();
    (Files::of(folder.path()), connection, folder)
}

/// The pages on which the rows of a table lie, in the order of the rows, by SQLite's own account.
fn pages_of_rows(connection: &Connection) -> Vec<(i64, usize)> {
    // Every leaf tells how many cells it has; rows stand in the order of their numbers.
    let text =
        "SELECT pageno, ncell FROM dbstat WHERE name = 'photo' AND pagetype = 'leaf' ORDER BY path";
    let mut query = connection.prepare(text).unwrap();
    let leaves =
        query.query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))).unwrap();
    let mut next = 0;
    let mut rows = Vec::new();
    for (page, cells) in leaves.map(Result::unwrap) {
        for _ in 0..cells {
            next += 1;
            rows.push((next, page as usize));
        }
    }
    rows
}

fn ids(database: &Database<'_>) -> BTreeSet<i64> {
    let Some(table) = database.table("photo") else { return BTreeSet::new() };
    table.rows().filter(|row| row.state != RowState::Deleted).filter_map(|row| row.rowid).collect()
}

#[test]
fn every_row_on_a_sound_page_comes_back_from_two_hundred_damaged_databases() {
    let (files, connection, _folder) = photos("PRAGMA page_size = 1024");
    let rows = pages_of_rows(&connection);
    assert_eq!(rows.len(), PHOTOS);
    let mut random = Random(7);
    for round in 0..200 {
        let mut main = files.main.clone();
        let (at, bit) = (random.below(main.len()), 1 << random.below(8));
        main[at] ^= bit;
        let database = Database::open(&*main, None).unwrap();
        let found = ids(&database);
        let missing =
            rows.iter().filter(|(id, page)| *page != at / 1024 + 1 && !found.contains(id));
        let missing: Vec<_> = missing.collect();
        assert!(missing.is_empty(), "round {round}: {at:#x} ^ {bit:#x} loses {missing:?}");
    }
}

#[test]
fn every_row_on_a_sound_page_comes_back_when_two_hundred_bytes_are_damaged() {
    let (files, connection, _folder) = photos("PRAGMA page_size = 1024");
    let rows = pages_of_rows(&connection);
    for seed in 0..40 {
        let mut random = Random(seed);
        let mut main = files.main.clone();
        let mut bad = BTreeSet::new();
        for _ in 0..200 {
            // The statement of the table is all that says what its columns are: page 1 is spared here.
            let at = 1024 + random.below(main.len() - 1024);
            main[at] ^= 1 << random.below(8);
            bad.insert(at / 1024 + 1);
        }
        let database = Database::open(&*main, None).unwrap();
        let found = ids(&database);
        let missing: Vec<_> =
            rows.iter().filter(|(id, page)| !bad.contains(page) && !found.contains(id)).collect();
        assert!(missing.is_empty(), "seed {seed} loses {missing:?}");
        assert!(database.damage().is_any());
    }
}

#[test]
fn a_lost_schema_is_made_up_for_by_a_known_statement() {
    let (files, connection, _folder) = photos("PRAGMA page_size = 1024");
    let mut main = files.main.clone();
    main[100..1024].fill(0xff);
    let sql = "CREATE TABLE photo (id INTEGER PRIMARY KEY, kind INT, taken REAL, folder TEXT, name TEXT, uuid TEXT)";
    let database = Database::open_knowing(&*main, None, &[sql]).unwrap();
    assert_eq!(found(&database, "photo"), expected(&connection, "photo"));
    let database = Database::open(&*main, None).unwrap();
    assert!(database.table("photo").is_none() && database.loose_rows().count() >= PHOTOS);
}

#[test]
fn a_damaged_frame_does_not_end_the_log() {
    let pragmas =
        "PRAGMA page_size = 1024; PRAGMA journal_mode = wal; PRAGMA wal_autocheckpoint = 0";
    let (files, connection, _folder) = photos(pragmas);
    let more = format!(
        "WITH RECURSIVE n(v) AS (SELECT 1 UNION ALL SELECT v + 1 FROM n WHERE v < 2000)
         INSERT INTO photo SELECT v + {PHOTOS}, 0, v, 'DCIM/101APPLE', 'x', 'y' FROM n"
    );
    connection.execute_batch(&more).unwrap();
    let files = Files { log: Files::of(_folder.path()).log, ..files };
    let log = files.log.clone().unwrap();
    assert_eq!(ids(&files.open()).len(), PHOTOS + 2000);
    let (mut least, mut random) = (PHOTOS + 2000, Random(3));
    for _ in 0..50 {
        let mut log = log.clone();
        let at = random.below(log.len());
        log[at] ^= 1 << random.below(8);
        let database = Database::open(&*files.main, Some(&log)).unwrap();
        least = least.min(ids(&database).len());
    }
    // A page holds about twenty rows; an interior one or the schema is made up for.
    assert!(least > PHOTOS + 2000 - 60, "{least}");
}

#[test]
fn deleted_rows_come_back_until_they_are_overwritten() {
    let (_, connection, folder) = photos("PRAGMA page_size = 4096; PRAGMA secure_delete = OFF");
    let gone = "DELETE FROM photo WHERE id % 10 = 3 OR id BETWEEN 1000 AND 2000";
    let mut query = connection
        .prepare("SELECT name FROM photo WHERE id % 10 = 3 OR id BETWEEN 1000 AND 2000")
        .unwrap();
    let names: BTreeSet<String> =
        query.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    connection.execute_batch(gone).unwrap();
    let files = Files::of(folder.path());
    let database = files.open();
    let live = found(&database, "photo");
    assert_eq!(live, expected(&connection, "photo"));
    let live: BTreeSet<String> =
        live.into_iter().map(|row| row[4].trim_matches('\'').to_owned()).collect();
    let deleted = database.table("photo").unwrap().deleted_rows();
    let deleted: BTreeSet<String> =
        deleted.iter().filter_map(|row| row.get("name").into_text()).collect();
    let wrong: Vec<_> = deleted.iter().filter(|name| !names.contains(*name)).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    assert!(deleted.is_disjoint(&live));
    assert!(deleted.len() * 100 > names.len() * 90, "{} of {}", deleted.len(), names.len());
}

/// Everything that can be read of a database.
fn read_all(main: &[u8], log: Option<&[u8]>) {
    let Ok(database) = Database::open(main, log) else { return };
    let values = |row: &crate::places::sqlite::Row<'_>| row.values().count();
    for table in database.tables().filter_map(|name| database.table(name)) {
        // A bound on what one database can give: no row without a byte.
        let rows: usize = table.rows().map(|row| values(&row)).sum();
        assert!(rows <= 8 * (main.len() + log.map_or(0, <[u8]>::len)) + 8);
        let _ = table.deleted_rows().iter().map(values).sum::<usize>();
    }
    let _ = database.loose_rows().count();
}

/// Law: no change to a database makes reading it panic or give more than its bytes can hold.
#[test]
fn any_bytes_are_read_to_their_end() {
    let (files, _connection, _folder) = photos("PRAGMA page_size = 512");
    let start = &files.main[..40 * 512];
    bolero::check!().with_type::<(Vec<(u16, u8)>, u16)>().with_iterations(300).for_each(
        |(changes, cut)| {
            let mut main = start.to_vec();
            for (at, byte) in changes {
                let at = usize::from(*at) % main.len();
                main[at] = *byte;
            }
            let log: Vec<u8> = main.iter().rev().copied().collect();
            main.truncate(main.len() - usize::from(*cut) % 1000);
            read_all(&main, Some(&log));
        },
    );
}

/// Pages full of pointers to one another and cells through the same bytes cost no more than their length.
#[test]
fn ways_that_lead_in_circles_end() {
    let (files, _connection, _folder) = photos("PRAGMA page_size = 65536");
    let start = std::time::Instant::now();
    for kind in [5, 13, 2, 10, 0] {
        let mut main = files.main.clone();
        main.resize(64 << 16, 0);
        for page in main.chunks_mut(1 << 16).skip(1) {
            page.fill(3);
            page[0] = kind;
            // As many cells as there is room for, all of them at one place.
            page[3..5].copy_from_slice(&20_000_u16.to_be_bytes());
            let pointers = page[8..40_012].as_chunks_mut::<2>().0;
            pointers.fill(40_100_u16.to_be_bytes());
            page[40_100..40_104].copy_from_slice(&7_u32.to_be_bytes());
        }
        read_all(&main, None);
    }
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
}
