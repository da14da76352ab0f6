//! Sparse bundles of macOS.

use super::kept_photo::Files;

/// The files of a bundle that holds `image`, in bands of `band` bytes: those of zeros are left out, and the last is as
/// long as what is in it.
pub fn bundle(image: &[u8], band: usize) -> Files {
    let properties = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \
         \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n<plist version=\"1.0\">\n<dict>\n\
         \t<key>CFBundleInfoDictionaryVersion</key>\n\t<string>6.0</string>\n\t<key>band-size</key>\n\
         \t<integer>{band}</integer>\n\t<key>bundle-backingstore-version</key>\n\t<integer>1</integer>\n\
         \t<key>diskimage-bundle-type</key>\n\t<string>com.apple.diskimage.sparsebundle</string>\n\
         \t<key>size</key>\n\t<integer>{}</integer>\n</dict>\n</plist>\n",
        image.len()
    );
    let properties = properties.into_bytes();
    let mut files = vec![
        ("Info.plist".to_owned(), properties.clone()),
        ("Info.bckup".to_owned(), properties),
        ("token".to_owned(), Vec::new()),
    ];
    for (number, bytes) in image.chunks(band).enumerate() {
        let used = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        if used > 0 {
            files.push((format!("bands/{number:x}"), bytes[..used].to_vec()));
        }
    }
    files
}
