//! The stand-ins by themselves, for the vendors' own clients.

use std::io::Read;

use serde_json::json;

use crate::fake::Fake;
use crate::fake::dropbox::Kind;

/// Serves until its stdin ends, for clients in another language. Run it with
///
/// ```sh
/// cargo test -p afterimage --features cloud --test cloud -- --ignored --nocapture stand_alone
/// ```
///
/// It prints where it listens. A request that a vendor's own client makes and that is rejected is a fault of the
/// stand-in, and fails it.
#[test]
#[ignore = "waits for clients of the vendors, which are no part of this repository"]
fn stand_alone() {
    let fake = Fake::start();
    {
        let mut state = fake.state();
        state.dropbox_consents.port = 53_170;
        state.dropbox.page = Some(2);
        state.drive.add_root();
        for n in 0..250 {
            state.drive.add(&format!("f{n}"), &format!("IMG_{n:04}.JPG"), &[n as u8; 9], json!({}));
        }
        state.drive.add("hers", "hers.jpg", b"2", json!({ "ownedByMe": false }));
        state.dropbox.add("/Photos", Kind::Folder, b"");
        state.dropbox.add("/Photos/live.jpg", Kind::File, b"live");
        state.dropbox.add("/Photos/Été.JPG", Kind::DeletedFile, b"summer");
        state.dropbox.add("/Photos/large.mp4", Kind::DeletedFile, &vec![7; 9_000_000]);
        state.dropbox.add("/Trip", Kind::DeletedFolder, b"");
        state.dropbox.add("/Photos/gone.jpg", Kind::DeletedFile, b"gone").is_kept = false;
    }
    let listening = format!("\nlistening on {}\n", fake.origin);
    std::fs::write(std::env::temp_dir().join("afterimage-stand-in"), &fake.origin).unwrap();
    std::io::Write::write_all(&mut std::io::stderr(), listening.as_bytes()).unwrap();
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
    fake.rejected_nothing();
}
