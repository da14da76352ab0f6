//! The property lists of a backup.

use plist::{Date, Dictionary, Uid, Value};
use sha1::{Digest, Sha1};

/// What an `MBFile` says of a file.
pub(super) struct Archived<'f> {
    pub path: &'f str,
    pub target: Option<&'f str>,
    pub mode: u16,
    pub len: u64,
    pub modified: i64,
    pub born: i64,
    pub inode: u64,
    pub class: u32,
    pub key: Option<&'f [u8]>,
}

/// The SHA-1 of a text, in lower-case hex.
pub(super) fn sha1_hex(text: &str) -> String {
    Sha1::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A binary property list.
pub(super) fn binary(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    value.to_writer_binary(&mut out).expect("a vector takes everything");
    out
}

fn xml(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    value.to_writer_xml(&mut out).expect("a vector takes everything");
    out
}

fn dictionary(values: Vec<(&str, Value)>) -> Value {
    let owned = values.into_iter().map(|(key, value)| (key.to_owned(), value));
    Value::Dictionary(owned.collect::<Dictionary>())
}

fn uid(number: u64) -> Value {
    Value::Uid(Uid::new(number))
}

fn class(names: &[&str]) -> Value {
    let all = names.iter().map(|name| Value::from(*name)).collect();
    dictionary(vec![("$classname", names[0].into()), ("$classes", Value::Array(all))])
}

fn number(value: impl Into<u64>) -> Value {
    Value::from(value.into())
}

/// An `MBFile` as `NSKeyedArchiver` writes it.
pub(super) fn mb_file(file: &Archived<'_>) -> Value {
    let mut fields = vec![
        ("LastModified", Value::from(file.modified)),
        ("LastStatusChange", Value::from(file.modified)),
        ("Birth", Value::from(file.born)),
        ("Size", number(file.len)),
        ("Mode", number(file.mode)),
        ("Flags", number(0_u8)),
        ("InodeNumber", number(file.inode)),
        ("UserID", number(501_u16)),
        ("GroupID", number(501_u16)),
        ("ProtectionClass", number(file.class)),
        ("RelativePath", uid(2)),
        ("$class", uid(3)),
    ];
    let mut objects = vec![Value::from("$null"), Value::Boolean(false), file.path.into()];
    objects.push(class(&["MBFile", "NSObject"]));
    if let Some(target) = file.target {
        fields.push(("Target", uid(objects.len() as u64)));
        objects.push(target.into());
    }
    if let Some(key) = file.key {
        let at = objects.len() as u64;
        fields.push(("EncryptionKey", uid(at)));
        let data = Value::Data(key.to_vec());
        objects.push(dictionary(vec![("NS.data", data), ("$class", uid(at + 1))]));
        objects.push(class(&["NSMutableData", "NSData", "NSObject"]));
    }
    objects[1] = dictionary(fields);
    dictionary(vec![
        ("$version", number(100_000_u32)),
        ("$archiver", "NSKeyedArchiver".into()),
        ("$top", dictionary(vec![("root", uid(1))])),
        ("$objects", Value::Array(objects)),
    ])
}

const UDID: &str = "00008030-001A2B3C4D5E6F70";
const DATE: &str = "2024-05-18T09:30:00Z";

fn date() -> Value {
    Value::Date(Date::from_xml_format(DATE).expect("it is a date"))
}

/// `Manifest.plist`.
pub(super) fn manifest_plist(
    version: &str,
    keybag: Option<Vec<u8>>,
    key: Option<Vec<u8>>,
) -> Vec<u8> {
    let lockdown = dictionary(vec![
        ("ProductVersion", version.into()),
        ("ProductType", "iPhone12,1".into()),
        ("DeviceName", "Test phone".into()),
        ("UniqueDeviceID", UDID.into()),
        ("SerialNumber", "TESTSERIAL".into()),
    ]);
    let mut values = vec![
        ("IsEncrypted", Value::Boolean(keybag.is_some())),
        ("Version", "10.0".into()),
        ("Date", date()),
        ("SystemDomainsVersion", "24.0".into()),
        ("WasPasscodeSet", Value::Boolean(true)),
        ("Lockdown", lockdown),
        ("Applications", dictionary(Vec::new())),
    ];
    if let Some(keybag) = keybag {
        values.push(("BackupKeyBag", Value::Data(keybag)));
    }
    if let Some(key) = key {
        values.push(("ManifestKey", Value::Data(key)));
    }
    binary(&dictionary(values))
}

/// `Info.plist`.
pub(super) fn info_plist(version: &str) -> Vec<u8> {
    xml(&dictionary(vec![
        ("Device Name", "Test phone".into()),
        ("Display Name", "Test phone".into()),
        ("Product Type", "iPhone12,1".into()),
        ("Product Name", "iPhone 11".into()),
        ("Product Version", version.into()),
        ("Build Version", "21E236".into()),
        ("Serial Number", "TESTSERIAL".into()),
        ("Unique Identifier", UDID.into()),
        ("Target Identifier", UDID.into()),
        ("Last Backup Date", date()),
        ("Installed Applications", Value::Array(Vec::new())),
    ]))
}

/// `Status.plist`.
pub(super) fn status_plist() -> Vec<u8> {
    binary(&dictionary(vec![
        ("IsFullBackup", Value::Boolean(false)),
        ("Version", "3.3".into()),
        ("UUID", "6F1B7B5A-0000-4000-8000-000000000001".into()),
        ("Date", date()),
        ("BackupState", "new".into()),
        ("SnapshotState", "finished".into()),
    ]))
}
