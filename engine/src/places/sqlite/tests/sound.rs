//! Sound databases: we read what SQLite reads.

use super::oracle::{Files, connect, expected, found};
use crate::places::sqlite::{Damage, Database, NotADatabase, Value};

#[track_caller]
fn check(pragmas: &str, statements: &str) {
    let folder = tempfile::tempdir().unwrap();
    let connection = connect(folder.path(), pragmas);
    connection.execute_batch(statements).unwrap();
    let files = Files::of(folder.path());
    let database = files.open();
    assert_eq!(database.damage(), Damage::default());
    let names: Vec<&str> = database.tables().collect();
    let mut query = connection
        .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0")
        .unwrap();
    let known = query.query_map([], |row| row.get::<_, String>(0)).unwrap();
    let known: Vec<String> = known.map(Result::unwrap).collect();
    assert_eq!(names, known, "{pragmas}");
    for name in names {
        let (found, expected) = (found(&database, name), expected(&connection, name));
        assert_eq!(found.len(), expected.len(), "{pragmas}: {name}");
        assert_eq!(found, expected, "{pragmas}: {name}");
    }
}

const VALUES: &str = "
    CREATE TABLE a (id INTEGER PRIMARY KEY, i INT, r REAL, t TEXT, b BLOB, n NUMERIC, x);
    INSERT INTO a VALUES (1, 0, 0.0, '', x'', 0, NULL), (-5, 1, 1, 'ä€😀', x'00ff', 1.5, 'x');
    INSERT INTO a VALUES (9223372036854775807, -1, -1e300, 'a''b', x'01', -128, 127);
    INSERT INTO a VALUES (-9223372036854775808, 32768, 3, 7, 8, '9', 8388608);
    INSERT INTO a VALUES (6, 2147483648, 1e99, 7.5, 'x', 140737488355328, -140737488355329);
    INSERT INTO a (t) VALUES (printf('%.*c', 100, 'y')), (printf('%.*c', 20000, 'z'));
    CREATE TABLE \"a \"\"b\" (x, y DEFAULT 3);
    WITH RECURSIVE n(v) AS (SELECT 1 UNION ALL SELECT v + 1 FROM n WHERE v < 3000)
        INSERT INTO \"a \"\"b\" SELECT v, printf('%.*c', v % 700, 'w') FROM n;
    CREATE INDEX i ON \"a \"\"b\" (y);
    ALTER TABLE \"a \"\"b\" ADD COLUMN z TEXT NOT NULL DEFAULT 'new';
    ALTER TABLE \"a \"\"b\" ADD COLUMN r REAL DEFAULT -1;
    INSERT INTO \"a \"\"b\" VALUES (1, 2, 'three', 4);
    CREATE TABLE k (b TEXT, a INT, c BLOB, PRIMARY KEY (a, b)) WITHOUT ROWID;
    WITH RECURSIVE n(v) AS (SELECT 1 UNION ALL SELECT v + 1 FROM n WHERE v < 2000)
        INSERT INTO k SELECT 'b' || v, v % 7, zeroblob(v % 900) FROM n;
    CREATE TABLE empty (x);
    CREATE TABLE many AS SELECT * FROM a;
    DELETE FROM a WHERE id = 6;
    CREATE VIRTUAL TABLE v USING rtree(id, x0, x1, y0, y1);
    INSERT INTO v VALUES (1, 0, 1, 2, 3);
    CREATE TABLE counted (id INTEGER PRIMARY KEY AUTOINCREMENT, t);
    INSERT INTO counted (t) VALUES ('x');
    CREATE VIEW w AS SELECT * FROM a;
    CREATE TRIGGER tr AFTER DELETE ON a BEGIN DELETE FROM counted WHERE id = OLD.id; END;
    CREATE TABLE g (a, b AS (a * 2), c AS (a + 1) STORED, d);
";

#[test]
fn all_values_come_back_in_every_page_size_and_encoding() {
    for size in [512, 1024, 4096, 65536] {
        for encoding in ["UTF-8", "UTF-16le", "UTF-16be"] {
            check(&format!("PRAGMA page_size = {size}; PRAGMA encoding = '{encoding}'"), VALUES);
        }
    }
    check("PRAGMA auto_vacuum = FULL", VALUES);
    check("PRAGMA journal_mode = wal", VALUES);
}

#[test]
fn the_log_counts_as_far_as_it_is_committed() {
    let folder = tempfile::tempdir().unwrap();
    let pragmas = "PRAGMA journal_mode = wal; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = 5";
    let connection = connect(folder.path(), pragmas);
    let insert = |from: i32, to: i32| {
        let rows =
            (from..to).map(|at| format!("({at}, '{at:0200}')")).collect::<Vec<_>>().join(",");
        connection.execute_batch(&format!("INSERT INTO a VALUES {rows}")).unwrap();
    };
    connection.execute_batch("CREATE TABLE a (id INTEGER PRIMARY KEY, t)").unwrap();
    insert(0, 100);
    // What stands in the database file itself is as old as the last checkpoint.
    connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    insert(100, 1000);
    let committed = expected(&connection, "a");
    connection.execute_batch("BEGIN").unwrap();
    insert(1000, 3000);
    let files = Files::of(folder.path());
    let log = files.log.clone().unwrap();
    assert!(log.len() > 100_000, "nothing of the open transaction was written");
    assert_eq!(found(&files.open(), "a"), committed);
    assert_eq!(found(&Database::open(&*files.main, None).unwrap(), "a").len(), 100);
    connection.execute_batch("ROLLBACK").unwrap();
    insert(1000, 1010);
    let files = Files::of(folder.path());
    assert_eq!(found(&files.open(), "a"), expected(&connection, "a"));
    assert_eq!(files.open().damage(), Damage::default());
    // After a checkpoint the log begins anew, in front of what is left of the old one.
    connection.execute_batch("PRAGMA wal_checkpoint(RESTART)").unwrap();
    insert(1010, 1020);
    let files = Files::of(folder.path());
    assert_eq!(found(&files.open(), "a"), expected(&connection, "a"));
    assert_eq!(files.open().damage(), Damage::default());
}

#[test]
fn a_name_is_found_in_any_case() {
    let folder = tempfile::tempdir().unwrap();
    let connection = connect(folder.path(), "PRAGMA user_version = 71");
    connection.execute_batch("CREATE TABLE Abc (Id INTEGER PRIMARY KEY, Name TEXT)").unwrap();
    connection.execute_batch("INSERT INTO abc VALUES (7, 'x')").unwrap();
    let files = Files::of(folder.path());
    let database = files.open();
    let table = database.table("aBC").unwrap();
    assert_eq!((table.name(), table.has("NAME"), table.has("names")), ("Abc", true, false));
    let row = table.rows().next().unwrap();
    assert_eq!(row.get("name").text(), Some("x"));
    assert_eq!((row.get("ID").integer(), row.rowid), (Some(7), Some(7)));
    assert_eq!(row.get("other"), Value::Null);
    assert_eq!(database.user_version(), 71);
    assert!(database.table("b").is_none());
    assert_eq!(Database::open(&b"SQLite"[..], None).map(|_| ()), Err(NotADatabase));
}
