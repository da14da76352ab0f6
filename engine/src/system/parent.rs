//! Where a file lies.

use std::path::Path;

/// The folder that a file lies in, as far as its path tells: the working folder where that is a name alone.
pub(crate) fn folder_of(file: &Path) -> &Path {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_lies_in_the_working_folder_where_its_path_does_not_say_otherwise() {
        for (file, folder) in [("a.img", "."), ("b/a.img", "b"), ("/a.img", "/"), ("./a.img", ".")]
        {
            assert_eq!(folder_of(Path::new(file)), Path::new(folder), "{file}");
        }
    }
}
