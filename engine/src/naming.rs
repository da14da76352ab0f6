//! stub
#![expect(missing_docs, reason = "stub")]
pub enum Folder {
    Photos,
    Partial,
    Embedded,
}
pub struct Naming<'a> {
    pub folder: Folder,
    pub original: Option<&'a str>,
    pub taken: Option<&'a str>,
    pub make: Option<&'a str>,
    pub model: Option<&'a str>,
    pub offset: u64,
    pub extension: &'a str,
}
pub fn path(n: &Naming<'_>) -> String {
    let f = match n.folder {
        Folder::Photos => "photos",
        Folder::Partial => "partial",
        Folder::Embedded => "embedded",
    };
    format!("{f}/undated/{:#x}.{}", n.offset, n.extension)
}
#[derive(Default)]
pub struct Taken;
impl Taken {
    pub fn claim(&mut self, path: String, _: u64) -> String {
        path
    }
}
