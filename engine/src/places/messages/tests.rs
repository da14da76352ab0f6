//! Made backups with messages: what was sent and received is found, with its dates.

use rusqlite::Connection;

use super::{TextMessages, WhatsApp};
use crate::model::{Fidelity, LostState, Origin};
use crate::places::photos_db::tests::look;
use crate::places::tree::Tree;
use crate::places::tree::tests::MemoryTree;

fn database(statements: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    Connection::open(&path).unwrap().execute_batch(statements).unwrap();
    std::fs::read(path).unwrap()
}

#[test]
fn attachments_have_the_dates_and_names_of_their_messages() {
    let sms = database(
        "CREATE TABLE attachment (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, guid TEXT UNIQUE NOT NULL,
            created_date INTEGER DEFAULT 0, filename TEXT, mime_type TEXT, transfer_name TEXT,
            total_bytes INTEGER DEFAULT 0);
         INSERT INTO attachment (guid, created_date, filename, transfer_name, total_bytes) VALUES
            ('a', 721692800000000000, '~/Library/SMS/Attachments/aa/10/G-1/IMG_1.jpeg', 'IMG_1.jpeg', 5),
            ('b', 721692800, '/var/mobile/Library/SMS/Attachments/bb/11/G-2/x.heic', 'Photo.heic', 6),
            ('c', 721692800, '~/Library/SMS/Attachments/cc/12/G-3/gone.JPG', NULL, 7),
            ('d', 0, '~/Library/SMS/Attachments/dd/13/G-4/card.vcf', NULL, 8);",
    );
    let tree = MemoryTree::new([
        ("HomeDomain/Library/SMS/sms.db", sms),
        ("MediaDomain/Library/SMS/Attachments/aa/10/G-1/IMG_1.jpeg", vec![1]),
        ("MediaDomain/Library/SMS/Attachments/bb/11/G-2/x.heic", vec![2]),
        ("MediaDomain/Library/SMS/Attachments/ee/14/G-5/unknown.png", vec![3]),
        ("MediaDomain/Library/Other/IMG_2.jpeg", vec![4]),
    ]);
    let findings = look(&TextMessages, &tree);
    let labels: Vec<_> = findings
        .labels
        .iter()
        .map(|label| {
            assert_eq!((label.fidelity, label.origin), (Fidelity::Reencoded, Origin::Backup));
            let date = label.modified.map(|date| date.to_string());
            (label.original_path.clone().unwrap(), date)
        })
        .collect();
    let date = Some("2023-11-14T22:13:20Z".to_owned());
    let expected = [
        ("Library/SMS/Attachments/aa/10/G-1/IMG_1.jpeg".to_owned(), date.clone()),
        ("Library/SMS/Attachments/bb/11/G-2/Photo.heic".to_owned(), date),
        ("Library/SMS/Attachments/ee/14/G-5/unknown.png".to_owned(), None),
    ];
    assert_eq!(labels, expected);
    let lost: Vec<_> =
        findings.lost.iter().map(|lost| (lost.path.clone().unwrap(), lost.size)).collect();
    assert_eq!(lost, [("Library/SMS/Attachments/cc/12/G-3/gone.JPG".to_owned(), Some(7))]);
}

#[test]
fn media_of_whatsapp_have_the_dates_of_their_messages() {
    let chats = database(
        "CREATE TABLE ZWAMEDIAITEM (Z_PK INTEGER PRIMARY KEY, ZFILESIZE INTEGER, ZMESSAGE INTEGER,
            ZMEDIAURLDATE TIMESTAMP, ZMEDIALOCALPATH VARCHAR, ZXMPPTHUMBPATH VARCHAR, ZTITLE VARCHAR);
         CREATE TABLE ZWAMESSAGE (Z_PK INTEGER PRIMARY KEY, ZMESSAGEDATE TIMESTAMP);
         INSERT INTO ZWAMESSAGE VALUES (1, 721692800), (2, 721692801.5);
         INSERT INTO ZWAMEDIAITEM VALUES (1, 9, 1, NULL, 'Media/1@g.us/a/b/u1.jpg', 'Media/1@g.us/a/b/u1.thumb', NULL),
            (2, 10, 2, NULL, 'Media/1@g.us/a/b/u2.jpg', 'Media/1@g.us/a/b/u2.thumb', NULL);",
    );
    const APP: &str = "AppDomainGroup-group.net.whatsapp.WhatsApp.shared";
    let at = |path: &str| format!("{APP}/{path}");
    let files = [
        (at("ChatStorage.sqlite"), chats),
        (at("Message/Media/1@g.us/a/b/u1.jpg"), vec![1]),
        (at("Message/Media/1@g.us/a/b/u1.thumb"), vec![2]),
        (at("Message/Media/1@g.us/a/b/u2.thumb"), vec![3]),
        (at("Message/Media/1@g.us/a/b/u3.jpg"), vec![3]),
        (at("Library/x.jpg"), vec![4]),
    ];
    let tree = MemoryTree::new(files.iter().map(|(path, content)| (&**path, content.clone())));
    let findings = look(&WhatsApp, &tree);
    let labels: Vec<_> = findings
        .labels
        .iter()
        .map(|label| {
            let date = label.modified.map(|date| date.to_string());
            (tree.nodes()[label.node].name(), label.fidelity, label.shows.as_deref(), date)
        })
        .collect();
    let [one, two] =
        ["2023-11-14T22:13:20Z", "2023-11-14T22:13:21Z"].map(|date| Some(date.to_owned()));
    let expected = [
        ("u1.jpg", Fidelity::Reencoded, None, one.clone()),
        ("u1.thumb", Fidelity::Thumbnail, Some("WhatsApp/Media/1@g.us/a/b/u1.jpg"), one),
        ("u2.thumb", Fidelity::Thumbnail, Some("WhatsApp/Media/1@g.us/a/b/u2.jpg"), two),
        ("u3.jpg", Fidelity::Reencoded, None, None),
    ];
    assert_eq!(labels, expected);
    let lost: Vec<_> =
        findings.lost.iter().map(|lost| (lost.path.as_deref(), lost.state)).collect();
    assert_eq!(lost, [(Some("WhatsApp/Media/1@g.us/a/b/u2.jpg"), LostState::PreviewOnly)]);
}
