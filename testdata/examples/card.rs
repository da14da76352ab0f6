//! Writes the demo card to the file that is named.

use afterimage_testdata::card;

fn main() -> std::io::Result<()> {
    let Some(path) = std::env::args_os().nth(1) else {
        return Err(std::io::Error::other("name the file to write, such as testdata/card.img"));
    };
    std::fs::write(path, card::demo().image)
}
