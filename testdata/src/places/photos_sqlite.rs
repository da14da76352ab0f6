//! The database of the Photos app, as phones and Macs write it.

use std::path::Path;

use rusqlite::{Connection, params};

/// Versions of the schema, by what wrote them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Generation {
    /// iOS 13: `ZGENERICASSET`, albums joined by `Z_26ASSETS` with `Z_34ASSETS`.
    Ios13,
    /// iOS 14: `ZASSET`, `Z_26ASSETS` with `Z_3ASSETS`.
    Ios14,
    /// iOS 15: `Z_27ASSETS`.
    Ios15,
    /// iOS 16 and 17: `Z_28ASSETS`.
    Ios17,
    /// macOS 15: `Z_30ASSETS`, `ZADJUSTMENTSSTATE`, `ZORIGINALSTABLEHASH`.
    Macos15,
}

impl Generation {
    /// All of them.
    pub const ALL: [Generation; 5] = [
        Generation::Ios13,
        Generation::Ios14,
        Generation::Ios15,
        Generation::Ios17,
        Generation::Macos15,
    ];

    /// The table of photos.
    pub fn assets(self) -> &'static str {
        if self == Generation::Ios13 { "ZGENERICASSET" } else { "ZASSET" }
    }

    /// The number of albums among the entities, which names the join table.
    fn albums(self) -> u32 {
        match self {
            Generation::Ios13 | Generation::Ios14 => 26,
            Generation::Ios15 => 27,
            Generation::Ios17 => 28,
            Generation::Macos15 => 30,
        }
    }

    /// The number of photos among the entities.
    fn photos(self) -> u32 {
        if self == Generation::Ios13 { 34 } else { 3 }
    }

    /// The column that tells whether a photo is edited.
    fn edited(self) -> &'static str {
        if self == Generation::Macos15 { "ZADJUSTMENTSSTATE" } else { "ZHASADJUSTMENTS" }
    }

    /// The column with the fingerprint of the original.
    fn fingerprint(self) -> &'static str {
        if self == Generation::Macos15 { "ZORIGINALSTABLEHASH" } else { "ZMASTERFINGERPRINT" }
    }
}

/// Where the rows of a photo are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rows {
    /// In the database file.
    #[default]
    InDatabase,
    /// In the write-ahead log alone.
    InLog,
    /// They were deleted: what is left of them is in free bytes and in what the database file was before.
    Removed,
}

/// A photo as the database knows it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PhotoRow {
    /// Its identity, upper-case hex with hyphens.
    pub uuid: String,
    /// The folder of its file, from the folder of the media.
    pub directory: String,
    /// The name of its file.
    pub filename: String,
    /// The name that it came with.
    pub original_filename: String,
    /// Length of the original in bytes.
    pub original_size: i64,
    /// 0 a photo, 1 a video.
    pub kind: i64,
    /// 2 a Live Photo, 10 a screenshot.
    pub subtype: i64,
    /// Whether it is a favourite.
    pub favourite: bool,
    /// Whether it is in the hidden album.
    pub hidden: bool,
    /// The burst that it is of.
    pub burst: Option<String>,
    /// When it was deleted, in seconds since 2001.
    pub trashed: Option<f64>,
    /// When it was taken, in seconds since 2001.
    pub created: f64,
    /// Seconds east of UTC where it was taken.
    pub offset: Option<i64>,
    /// When it was modified, in seconds since 2001.
    pub modified: f64,
    /// Latitude and longitude.
    pub position: Option<(f64, f64)>,
    /// Whether it is edited.
    pub edited: bool,
    /// Whether the original is only in iCloud.
    pub cloud_only: bool,
    /// The albums that it is in.
    pub albums: Vec<String>,
    /// The fingerprint of the original.
    pub fingerprint: Option<String>,
    /// Where its rows are.
    pub rows: Rows,
}

/// The database with these photos and its write-ahead log: `Photos.sqlite` and `Photos.sqlite-wal`. The salts of the log
/// are new each time; all else is the same for the same photos.
///
/// # Panics
///
/// When there is no room for files in the temporary folder.
pub fn photos_sqlite(generation: Generation, photos: &[PhotoRow]) -> (Vec<u8>, Vec<u8>) {
    let folder = tempfile::tempdir().expect("room for a temporary folder");
    let path = folder.path().join("Photos.sqlite");
    write(generation, photos, &path).expect("the statements are right");
    let read = |path: &Path| std::fs::read(path).expect("the file was written");
    (read(&path), read(&folder.path().join("copy.sqlite-wal")))
}

fn write(generation: Generation, photos: &[PhotoRow], path: &Path) -> rusqlite::Result<()> {
    let connection = Connection::open(path)?;
    // What is deleted stays as it is until it is overwritten, as far as it is on phones.
    connection.execute_batch(
        "PRAGMA page_size = 4096; PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0;
         PRAGMA secure_delete = OFF;",
    )?;
    connection.execute_batch(&schema(generation))?;
    let mut writer = Writer { connection: &connection, generation, albums: Vec::new() };
    connection.execute_batch("BEGIN")?;
    for (photo, number) in photos.iter().zip(1..) {
        if photo.rows != Rows::InLog {
            writer.photo(photo, number)?;
        }
    }
    connection.execute_batch("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)")?;
    connection.execute_batch("BEGIN")?;
    for (photo, number) in photos.iter().zip(1..) {
        if photo.rows == Rows::InLog {
            writer.photo(photo, number)?;
        }
    }
    // Last, so that nothing takes their bytes.
    for (photo, number) in photos.iter().zip(1..) {
        if photo.rows == Rows::Removed {
            writer.remove(number)?;
        }
    }
    connection.execute("UPDATE Z_METADATA SET Z_VERSION = 2", [])?;
    connection.execute_batch("COMMIT")?;
    // The log is emptied and removed when the connection closes.
    let log = std::fs::read(path.with_extension("sqlite-wal")).unwrap_or_default();
    let main = std::fs::read(path).unwrap_or_default();
    drop(connection);
    let written = std::fs::write(path, main)
        .and_then(|()| std::fs::write(path.with_file_name("copy.sqlite-wal"), log));
    written.map_err(|_| rusqlite::Error::InvalidPath(path.to_path_buf()))
}

/// Columns of the table of photos beside its key, in the order of the app: numbers, dates, texts.
const ASSET: &str = "ZAVALANCHEKIND INTEGER, ZAVALANCHEPICKTYPE INTEGER, \
    ZCLOUDDELETESTATE INTEGER, ZCLOUDDOWNLOADREQUESTS INTEGER, ZCLOUDHASCOMMENTSBYME INTEGER, \
    ZCLOUDISDELETABLE INTEGER, ZCLOUDISMYASSET INTEGER, ZCLOUDLOCALSTATE INTEGER, \
    ZCLOUDPLACEHOLDERKIND INTEGER, ZCOMPLETE INTEGER, ZDEPTHTYPE INTEGER, ZFAVORITE INTEGER, \
    {edited} INTEGER, ZHDRTYPE INTEGER, ZHEIGHT INTEGER, ZHIDDEN INTEGER, \
    ZKIND INTEGER, ZKINDSUBTYPE INTEGER, ZORIENTATION INTEGER, ZPLAYBACKSTYLE INTEGER, \
    ZSAVEDASSETTYPE INTEGER, ZTHUMBNAILINDEX INTEGER, ZTRASHEDSTATE INTEGER, \
    ZVIDEODEFERREDPROCESSINGNEEDED INTEGER, ZVISIBILITYSTATE INTEGER, ZWIDTH INTEGER, \
    ZADDITIONALATTRIBUTES INTEGER, ZMASTER INTEGER, ZMOMENT INTEGER, ZADDEDDATE TIMESTAMP, \
    ZDATECREATED TIMESTAMP, ZDURATION FLOAT, ZLATITUDE FLOAT, ZLONGITUDE FLOAT, \
    ZMODIFICATIONDATE TIMESTAMP, ZSORTTOKEN TIMESTAMP, ZTRASHEDDATE TIMESTAMP, \
    ZAVALANCHEUUID VARCHAR, ZCLOUDASSETGUID VARCHAR, ZDIRECTORY VARCHAR, ZFILENAME VARCHAR, \
    ZMEDIAGROUPUUID VARCHAR, ZORIGINALCOLORSPACE VARCHAR, ZUNIFORMTYPEIDENTIFIER VARCHAR, \
    ZUUID VARCHAR, ZIMAGEREQUESTHINTS BLOB, ZLOCATIONDATA BLOB";

fn schema(generation: Generation) -> String {
    let asset = ASSET.replace("{edited}", generation.edited());
    let (table, fingerprint) = (generation.assets(), generation.fingerprint());
    let (albums, photos) = (generation.albums(), generation.photos());
    const KEY: &str = "Z_PK INTEGER PRIMARY KEY, Z_ENT INTEGER, Z_OPT INTEGER";
    format!(
        "CREATE TABLE {table} ( {KEY}, {asset} );
         CREATE TABLE ZADDITIONALASSETATTRIBUTES ( {KEY}, ZCLOUDAVALANCHEPICKTYPE INTEGER, \
            ZIMPORTEDBY INTEGER, ZORIGINALFILESIZE INTEGER, ZORIGINALHEIGHT INTEGER, \
            ZORIGINALORIENTATION INTEGER, ZORIGINALWIDTH INTEGER, ZTIMEZONEOFFSET INTEGER, \
            ZASSET INTEGER, ZGPSHORIZONTALACCURACY FLOAT, ZEXIFTIMESTAMPSTRING VARCHAR, \
            ZIMPORTEDBYBUNDLEIDENTIFIER VARCHAR, {fingerprint} VARCHAR, \
            ZORIGINALFILENAME VARCHAR, ZTIMEZONENAME VARCHAR, ZREVERSELOCATIONDATA BLOB );
         CREATE TABLE ZGENERICALBUM ( {KEY}, ZCLOUDLOCALSTATE INTEGER, ZKIND INTEGER, \
            ZTRASHEDSTATE INTEGER, ZPARENTFOLDER INTEGER, ZCREATIONDATE TIMESTAMP, \
            ZTITLE VARCHAR, ZUUID VARCHAR );
         CREATE TABLE Z_{albums}ASSETS ( Z_{albums}ALBUMS INTEGER, Z_{photos}ASSETS INTEGER, \
            Z_FOK_{photos}ASSETS INTEGER, PRIMARY KEY (Z_{albums}ALBUMS, Z_{photos}ASSETS) );
         CREATE TABLE ZKEYWORD ( {KEY}, ZSHORTCUT VARCHAR, ZTITLE VARCHAR );
         CREATE TABLE Z_1KEYWORDS ( Z_1ASSETATTRIBUTES INTEGER, Z_38KEYWORDS INTEGER, \
            PRIMARY KEY (Z_1ASSETATTRIBUTES, Z_38KEYWORDS) );
         CREATE TABLE Z_PRIMARYKEY (Z_ENT INTEGER PRIMARY KEY, Z_NAME VARCHAR, Z_SUPER INTEGER, \
            Z_MAX INTEGER);
         CREATE TABLE Z_METADATA (Z_VERSION INTEGER PRIMARY KEY, Z_UUID VARCHAR(255), Z_PLIST BLOB);
         CREATE INDEX {table}_ZUUID_INDEX ON {table} (ZUUID);
         CREATE INDEX Z_AdditionalAssetAttributes_asset ON ZADDITIONALASSETATTRIBUTES (ZASSET);
         CREATE INDEX Z_{albums}ASSETS_Z_{photos}ASSETS_INDEX \
            ON Z_{albums}ASSETS (Z_{photos}ASSETS, Z_{albums}ALBUMS);
         INSERT INTO Z_METADATA VALUES (1, '00000000-0000-0000-0000-000000000000', NULL);
         INSERT INTO ZGENERICALBUM (Z_PK, Z_ENT, Z_OPT, ZKIND, ZTITLE) \
            VALUES (1, {albums}, 1, 3999, 'project-root'), (2, {albums}, 1, 4000, NULL);"
    )
}

struct Writer<'c> {
    connection: &'c Connection,
    generation: Generation,
    /// Titles of albums; the first is number 3.
    albums: Vec<String>,
}

impl Writer<'_> {
    fn photo(&mut self, photo: &PhotoRow, number: i64) -> rusqlite::Result<()> {
        let generation = self.generation;
        let (latitude, longitude) = photo.position.unwrap_or((-180.0, -180.0));
        let statement = format!(
            "INSERT INTO {} (Z_PK, Z_ENT, Z_OPT, ZCLOUDLOCALSTATE, ZCLOUDPLACEHOLDERKIND, ZFAVORITE, {}, \
             ZHIDDEN, ZKIND, ZKINDSUBTYPE, ZTRASHEDSTATE, ZVISIBILITYSTATE, ZADDITIONALATTRIBUTES, \
             ZDATECREATED, ZLATITUDE, ZLONGITUDE, ZMODIFICATIONDATE, ZTRASHEDDATE, ZAVALANCHEUUID, \
             ZDIRECTORY, ZFILENAME, ZUNIFORMTYPEIDENTIFIER, ZUUID, ZHEIGHT, ZWIDTH, ZLOCATIONDATA) \
             VALUES (?1, ?2, 3, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 0, ?1, ?11, ?12, ?13, ?14, ?15, ?16, \
             ?17, ?18, ?19, ?20, 3024, 4032, ?21)",
            generation.assets(),
            generation.edited()
        );
        let (cloud, placeholder) = if photo.cloud_only { (1, 3) } else { (0, 0) };
        let kind = if photo.kind == 1 { "com.apple.quicktime-movie" } else { "public.heic" };
        self.connection.prepare_cached(&statement)?.execute(params![
            number,
            generation.photos(),
            cloud,
            placeholder,
            photo.favourite,
            // Newer versions count the state from 0, 2, 3; what matters is that it is not 0.
            if photo.edited { 1 + i64::from(generation == Generation::Macos15) } else { 0 },
            photo.hidden,
            photo.kind,
            photo.subtype,
            photo.trashed.is_some(),
            photo.created,
            latitude,
            longitude,
            photo.modified,
            photo.trashed,
            photo.burst,
            photo.directory,
            photo.filename,
            kind,
            photo.uuid,
            number.to_be_bytes().repeat(5),
        ])?;
        let statement = format!(
            "INSERT INTO ZADDITIONALASSETATTRIBUTES (Z_PK, Z_ENT, Z_OPT, ZORIGINALFILESIZE, \
             ZTIMEZONEOFFSET, ZASSET, ZORIGINALFILENAME, {}, ZIMPORTEDBYBUNDLEIDENTIFIER) \
             VALUES (?1, 1, 2, ?2, ?3, ?1, ?4, ?5, 'com.apple.camera')",
            generation.fingerprint()
        );
        let values = params![
            number,
            photo.original_size,
            photo.offset,
            photo.original_filename,
            photo.fingerprint
        ];
        self.connection.prepare_cached(&statement)?.execute(values)?;
        for album in &photo.albums {
            self.join(album, number)?;
        }
        Ok(())
    }

    fn join(&mut self, album: &str, photo: i64) -> rusqlite::Result<()> {
        let albums = self.generation.albums();
        let known = self.albums.iter().position(|known| known == album);
        if known.is_none() {
            self.albums.push(album.to_owned());
        }
        let number = known.unwrap_or(self.albums.len() - 1) as i64 + 3;
        if known.is_none() {
            let statement = "INSERT INTO ZGENERICALBUM (Z_PK, Z_ENT, Z_OPT, ZKIND, ZTRASHEDSTATE, \
                             ZPARENTFOLDER, ZTITLE) VALUES (?1, ?2, 1, 2, 0, 1, ?3)";
            self.connection.execute(statement, params![number, albums, album])?;
        }
        let statement = format!("INSERT INTO Z_{albums}ASSETS VALUES (?1, ?2, ?3)");
        self.connection.execute(&statement, params![number, photo, photo * 1024])?;
        Ok(())
    }

    fn remove(&self, number: i64) -> rusqlite::Result<()> {
        let table = self.generation.assets();
        let statement = format!("DELETE FROM {table} WHERE Z_PK = ?1");
        self.connection.execute(&statement, [number])?;
        self.connection
            .execute("DELETE FROM ZADDITIONALASSETATTRIBUTES WHERE ZASSET = ?1", [number])?;
        Ok(())
    }
}
