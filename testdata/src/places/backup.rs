//! Backups of iPhones and iPads as Finder, iTunes and idevicebackup2 write them, plain and encrypted.
//!
//! Written by the facts that independent readers agree upon: `iphone_backup_decrypt` and `pyiosbackup` (PyPI) read
//! what this writes. No real backup was looked at.

mod encryption;
mod manifest;
mod metadata;

use std::path::Path;
use std::{fs, io};

use crate::random::Random;
use encryption::Secrets;

/// What a row of the manifest stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// A file with these bytes.
    File(Vec<u8>),
    /// A folder.
    Folder,
    /// A symbolic link and where it points.
    Link(String),
    /// A row without domain and path, as some backups have.
    Odd,
}

/// A file of the phone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhoneFile {
    /// Its domain, such as `CameraRollDomain`.
    pub domain: String,
    /// Its path in the domain.
    pub path: String,
    /// What it is.
    pub content: Content,
    /// When it was modified, in seconds since 1970.
    pub modified: i64,
    /// When it was made.
    pub born: i64,
    /// The length that the manifest gives, where it is not that of the content.
    pub said_size: Option<u64>,
    /// Whether the file is missing although the manifest lists it.
    pub is_missing: bool,
    /// Whether the manifest does not list it although it is there.
    pub is_orphan: bool,
    /// So many of the last bytes of what is stored are cut off.
    pub cut: usize,
}

impl PhoneFile {
    /// A file with bytes.
    pub fn new(domain: &str, path: &str, bytes: Vec<u8>) -> Self {
        PhoneFile::of(domain, path, Content::File(bytes))
    }

    /// Anything.
    pub fn of(domain: &str, path: &str, content: Content) -> Self {
        PhoneFile {
            domain: domain.to_owned(),
            path: path.to_owned(),
            content,
            modified: 1_715_961_802,
            born: 1_715_875_402,
            said_size: None,
            is_missing: false,
            is_orphan: false,
            cut: 0,
        }
    }

    /// A file of the camera roll.
    pub fn camera_roll(path: &str, bytes: Vec<u8>) -> Self {
        PhoneFile::new("CameraRollDomain", path, bytes)
    }

    /// The name under which a backup stores it.
    pub fn id(&self) -> String {
        metadata::sha1_hex(&format!("{}-{}", self.domain, self.path))
    }

    fn len(&self) -> u64 {
        match &self.content {
            Content::File(bytes) => self.said_size.unwrap_or(bytes.len() as u64),
            _ => self.said_size.unwrap_or(0),
        }
    }
}

/// How a backup lists its files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manifest {
    /// `Manifest.db`, since iOS 10.
    Database,
    /// `Manifest.mbdb`, before.
    Mbdb,
    /// It was lost.
    None,
}

/// A backup to be written.
#[derive(Clone, Debug)]
pub struct Backup {
    /// What it holds.
    pub files: Vec<PhoneFile>,
    /// The password of an encrypted one.
    pub password: Option<String>,
    /// Rounds of the first derivation; 0 for a keybag without it.
    pub first_rounds: u32,
    /// Rounds of the last derivation.
    pub last_rounds: u32,
    /// How it lists its files.
    pub manifest: Manifest,
    /// Whether all files lie in one folder, as before iOS 10.
    pub is_flat: bool,
    /// Whether `Status.plist` is there.
    pub has_status: bool,
    /// Whether `Manifest.plist` is there.
    pub has_manifest_plist: bool,
    /// Whether `Info.plist` is there.
    pub has_info: bool,
    /// Whether properties of `Manifest.mbdb` have values that are no texts.
    pub has_binary_properties: bool,
    /// The version of the system.
    pub version: String,
    /// Where random numbers begin.
    pub seed: u64,
}

impl Backup {
    /// A plain backup as phones of today make.
    pub fn new(files: Vec<PhoneFile>) -> Self {
        Backup {
            files,
            password: None,
            first_rounds: 1000,
            last_rounds: 10_000,
            manifest: Manifest::Database,
            is_flat: false,
            has_status: true,
            has_manifest_plist: true,
            has_info: true,
            has_binary_properties: false,
            version: "17.4.1".to_owned(),
            seed: 1,
        }
    }

    /// The same, encrypted.
    pub fn encrypted(files: Vec<PhoneFile>, password: &str) -> Self {
        Backup { password: Some(password.to_owned()), ..Backup::new(files) }
    }

    /// The files of the backup by their paths in its folder.
    pub fn parts(&self) -> Vec<(String, Vec<u8>)> {
        let mut random = Random::new(self.seed);
        let secrets = self.password.as_ref().map(|password| {
            Secrets::new(password, self.first_rounds, self.last_rounds, &mut random)
        });
        let (mut parts, mut rows) = (Vec::new(), Vec::new());
        for file in &self.files {
            let bytes = match &file.content {
                Content::File(bytes) => bytes.as_slice(),
                _ => &[],
            };
            let key = secrets.as_ref().filter(|_| !bytes.is_empty()).map(|_| random.bytes(32));
            let mut stored = match &key {
                Some(key) => encryption::encrypt(key, bytes),
                None => bytes.to_vec(),
            };
            stored.truncate(stored.len().saturating_sub(file.cut));
            let is_stored = matches!(file.content, Content::File(_)) && !file.is_missing;
            if is_stored {
                parts.push((self.blob_path(&file.id()), stored));
            }
            if !file.is_orphan {
                let wrapped = key.zip(secrets.as_ref()).map(|(key, secrets)| secrets.wrap(3, &key));
                rows.push((file, wrapped));
            }
        }
        let manifest_key = secrets.as_ref().map(|_| random.bytes(32));
        match self.manifest {
            Manifest::Database => {
                let database = manifest::database(&rows);
                let stored = match &manifest_key {
                    Some(key) => encryption::encrypt(key, &database),
                    None => database,
                };
                parts.push(("Manifest.db".to_owned(), stored));
            }
            Manifest::Mbdb => parts.push((
                "Manifest.mbdb".to_owned(),
                manifest::mbdb(&rows, self.has_binary_properties),
            )),
            Manifest::None => {}
        }
        if self.has_manifest_plist {
            let has_key = self.manifest == Manifest::Database;
            let key = manifest_key.filter(|_| has_key).zip(secrets.as_ref());
            let wrapped = key.map(|(key, secrets)| secrets.wrap(4, &key));
            let keybag = secrets.as_ref().map(|secrets| secrets.keybag.clone());
            let list = metadata::manifest_plist(&self.version, keybag, wrapped);
            parts.push(("Manifest.plist".to_owned(), list));
        }
        if self.has_info {
            parts.push(("Info.plist".to_owned(), metadata::info_plist(&self.version)));
        }
        if self.has_status {
            parts.push(("Status.plist".to_owned(), metadata::status_plist()));
        }
        parts
    }

    /// Writes it into a folder, which is made.
    ///
    /// # Errors
    ///
    /// When something cannot be written.
    pub fn write_to(&self, folder: &Path) -> io::Result<()> {
        for (path, bytes) in self.parts() {
            let path = folder.join(path);
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::write(path, bytes)?;
        }
        Ok(())
    }

    fn blob_path(&self, id: &str) -> String {
        if self.is_flat { id.to_owned() } else { format!("{}/{id}", &id[..2]) }
    }
}
