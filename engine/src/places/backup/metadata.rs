//! What a backup says of itself: `Manifest.plist`, `Info.plist` and `Status.plist`.

use crate::model::Moment;
use crate::places::property_list::PropertyList;
use crate::places::tree::Tree;

/// Bytes of a property list of a backup that is read.
const MOST_LIST: usize = 64 << 20;

/// What a backup says of itself. None of the three files has to be there.
#[derive(Clone, Debug, Default)]
pub struct Metadata {
    /// What the owner calls the device.
    pub device_name: Option<String>,
    /// The model, as `iPhone12,1`.
    pub product_type: Option<String>,
    /// The version of the system.
    pub version: Option<String>,
    /// When it was made.
    pub date: Option<Moment>,
    /// The number of the device.
    pub device: Option<String>,
    /// Whether it is encrypted, if `Manifest.plist` says so.
    pub is_encrypted: Option<bool>,
    /// Whether it was made in one go, not added to an earlier one.
    pub is_full: Option<bool>,
    /// How far it came: `finished` where it is complete.
    pub state: Option<String>,
    /// The keybag of an encrypted backup.
    pub keybag: Option<Vec<u8>>,
    /// The wrapped key of its database.
    pub manifest_key: Option<Vec<u8>>,
    /// What is wrong with the three files, one clause each.
    pub faults: Vec<String>,
}

impl Metadata {
    /// What the backup in `folder` says of itself.
    pub fn read(tree: &dyn Tree, folder: &str) -> Self {
        let mut found = Metadata::default();
        let mut list = |name: &str| {
            let node = tree.at(&inside(folder, name))?;
            let bytes = tree.content(node, MOST_LIST).map_err(|failure| failure.to_string());
            let parse =
                |bytes: Vec<u8>| PropertyList::parse(&bytes).map_err(|error| error.to_string());
            match bytes.and_then(parse) {
                Ok(list) => Some(list),
                Err(why) => {
                    found.faults.push(format!("{name} cannot be read: {why}"));
                    None
                }
            }
        };
        let manifest = list("Manifest.plist");
        let (info, status) = (list("Info.plist"), list("Status.plist"));
        let text = |list: &Option<PropertyList>, keys: &[&str]| {
            Some(list.as_ref()?.path(keys)?.text()?.to_owned())
        };
        let of = |in_manifest: &str, in_info: &str| {
            text(&manifest, &["Lockdown", in_manifest]).or_else(|| text(&info, &[in_info]))
        };
        found.device_name = of("DeviceName", "Device Name");
        found.product_type = of("ProductType", "Product Type");
        found.version = of("ProductVersion", "Product Version");
        found.device = of("UniqueDeviceID", "Unique Identifier");
        let date = |list: &Option<PropertyList>, key| list.as_ref()?.get(key)?.date();
        found.date = date(&info, "Last Backup Date");
        found.date = found.date.or(date(&status, "Date")).or(date(&manifest, "Date"));
        let flag = |list: &Option<PropertyList>, key| list.as_ref()?.get(key)?.boolean();
        found.is_encrypted = flag(&manifest, "IsEncrypted");
        found.is_full = flag(&status, "IsFullBackup");
        found.state = text(&status, &["SnapshotState"]);
        let data = |key| Some(manifest.as_ref()?.get(key)?.data()?.to_vec());
        found.keybag = data("BackupKeyBag");
        found.manifest_key = data("ManifestKey");
        found
    }
}

/// The path of a file in a folder.
pub fn inside(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}
