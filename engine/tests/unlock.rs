//! Encrypted volumes that are read through their keys: what other programs encrypted comes back as it was, and nothing that
//! a header says costs more than it is worth.
//!
//! Where `cryptsetup` or `qemu-img` are not installed, what they make is not compared. `AFTERIMAGE_BITLOCKER` names a folder
//! with the images of BitLocker that cryptsetup is tested with (`tests/bitlk-images.tar.xz` in its source).

#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::print_stderr, reason = "a test that cannot run here says so")]

#[expect(dead_code, reason = "what other tests need of it")]
mod judges;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use afterimage_engine::Algorithm;
use afterimage_engine::Hasher;
use afterimage_engine::progress::Stop;
use afterimage_engine::source::unlock::{
    AnotherKey, EncryptedVolume, Key, Keys, LockedWhy, Unlocked, unlock,
};
use afterimage_engine::source::{Io, MemorySource, Source, open};
use afterimage_engine::volumes::encrypted_volumes;
use afterimage_signatures::Bytes;
use afterimage_testdata::encrypted::{
    LUKS1_PAYLOAD, LUKS2_PAYLOAD, Luks2, PASSPHRASE, RECOVERY_KEY, bitlocker, luks1, luks2,
    luks2_headers,
};
use judges::{Folder, runs};
use proptest::collection::vec;
use proptest::prelude::{ProptestConfig, any, proptest};
use zeroize::Zeroizing;

fn noise(len: usize) -> Vec<u8> {
    judges::noise(17, len)
}

fn word(text: &str) -> Key {
    Key::Passphrase(Zeroizing::new(text.to_owned()))
}

fn opened(
    source: Box<dyn Source>,
    keys: Vec<Key>,
) -> Result<Unlocked, (EncryptedVolume, LockedWhy)> {
    let volumes = encrypted_volumes(&*source as &dyn Bytes);
    assert!(!volumes.is_empty(), "no encrypted volume is seen");
    let mut locked = match unlock(source, &volumes, &Keys::new(keys), &Stop::default()) {
        Ok(open) => return Ok(open),
        Err(locked) => locked,
    };
    Err(locked.remove(0))
}

fn in_memory(image: &[u8], keys: Vec<Key>) -> Result<Unlocked, LockedWhy> {
    let source = MemorySource::new("disk", image.to_vec());
    opened(Box::new(source), keys).map_err(|(_, why)| why)
}

fn all(source: &dyn Source) -> Vec<u8> {
    let mut out = vec![0; source.len() as usize];
    source.read_at(0, &mut out);
    out
}

/// Checks that an image is open from `at` on with these bytes, and says by what.
#[track_caller]
fn holds(open: &Unlocked, at: usize, plain: &[u8]) -> (String, String) {
    let shown = all(open);
    let first = shown[at..].iter().zip(plain).position(|(shown, plain)| shown != plain);
    assert_eq!(first, None, "the first byte that differs");
    let [volume] = open.unlocked() else { panic!("{:?}", open.unlocked()) };
    (volume.opened_by.clone(), volume.cipher.clone())
}

#[test]
fn volumes_of_our_own_making_open_by_their_passphrase_alone() {
    let plain = noise(100_000);
    let one = luks1(&plain);
    let open = in_memory(&one, vec![word("wrong"), word(PASSPHRASE)]).unwrap();
    let told = holds(&open, LUKS1_PAYLOAD, &plain);
    assert_eq!(told, ("key slot 2".into(), "aes-xts-plain64".into()));
    assert!(all(&open)[..LUKS1_PAYLOAD].iter().all(|&byte| byte == 0), "the header is not shown");
    assert_eq!(open.stored().map(all), Some(one.clone()));
    let as_file = Key::File(Zeroizing::new(PASSPHRASE.as_bytes().to_vec()));
    holds(&in_memory(&one, vec![as_file]).unwrap(), LUKS1_PAYLOAD, &plain);
    let two = luks2(&Luks2::default(), &plain);
    let open = in_memory(&two, vec![word(PASSPHRASE)]).unwrap();
    assert_eq!(holds(&open, LUKS2_PAYLOAD, &plain).0, "key slot 0");
    for (image, slot) in [(&one, 2), (&two, 0)] {
        let why = in_memory(image, vec![word("open sesam")]).err().unwrap();
        let said = format!("the passphrase does not open it (key slot {slot} was tried)");
        assert_eq!(why.to_string(), said);
        assert!(matches!(why, LockedWhy::WrongKey(_)));
    }
}

#[test]
fn bitlocker_of_our_own_making_opens_by_password_and_recovery_key() {
    let plain = noise(100_000);
    let image = bitlocker(&plain);
    for (key, by) in [(PASSPHRASE, "password"), (RECOVERY_KEY, "recovery key")] {
        let open = in_memory(&image, vec![word(key)]).unwrap();
        assert_eq!(holds(&open, 0, &plain), (by.to_owned(), "aes-xts-128".to_owned()));
        assert!(all(&open)[plain.len().next_multiple_of(512)..].iter().all(|&byte| byte == 0));
    }
    let why = in_memory(&image, vec![word("wrong")]).err().unwrap();
    assert_eq!(why.to_string(), "the passphrase does not open it (tried as password)");
    let file = Key::File(Zeroizing::new(vec![1; 100]));
    let why = in_memory(&image, vec![file]).err().unwrap();
    assert_eq!(why.to_string(), "no key file fits; it is opened by password, recovery key");
    // Two of the three copies of its metadata are lost.
    let mut damaged = image.clone();
    let first = plain.len().next_multiple_of(64 << 10);
    damaged[first..first + (128 << 10)].fill(0xff);
    assert!(in_memory(&damaged, vec![word(PASSPHRASE)]).is_ok());
    damaged[first + (128 << 10)] = 0;
    assert!(in_memory(&damaged, vec![word(PASSPHRASE)]).is_err());
    // A copy is damaged in what is sealed, which shows when a key does not fit: the next one opens the volume.
    for at in [first + 64 + 48 + 100, first + 64 + 48 + 20] {
        let mut damaged = image.clone();
        damaged[at] ^= 1;
        holds(&in_memory(&damaged, vec![word(PASSPHRASE)]).unwrap(), 0, &plain);
    }
    // Of an image that was cut short, a copy lies beyond the end.
    let mut cut = image.clone();
    cut[192..200].copy_from_slice(&(image.len() as u64 + (1 << 30)).to_le_bytes());
    holds(&in_memory(&cut, vec![word(PASSPHRASE)]).unwrap(), 0, &plain);
}

/// Answers with one word after the other, and counts.
struct Answers(Vec<&'static str>, Arc<AtomicUsize>);

impl AnotherKey for Answers {
    fn another(&self, path: &Path, tries: u32) -> Option<Zeroizing<String>> {
        assert!(path == Path::new("disk") && tries > 0);
        let nth = self.1.fetch_add(1, Relaxed);
        self.0.get(nth).map(|word| Zeroizing::new((*word).to_owned()))
    }
}

#[test]
fn another_key_is_asked_for_until_one_fits_and_is_kept() {
    let plain = noise(1 << 16);
    let image = luks1(&plain);
    let asked = |given: &str, answers: Vec<&'static str>| {
        let times = Arc::new(AtomicUsize::new(0));
        let keys = Keys::new(vec![word(given)]).or_ask(Answers(answers, Arc::clone(&times)));
        (keys, times)
    };
    let open = |keys: &Keys| {
        let source = MemorySource::new("disk", image.clone());
        let volumes = encrypted_volumes(&source as &dyn Bytes);
        unlock(Box::new(source), &volumes, keys, &Stop::default())
            .map_err(|mut locked| locked.remove(0).1)
    };
    let (keys, times) = asked("wrong", vec!["wrong too", PASSPHRASE, "never asked for"]);
    holds(&open(&keys).unwrap(), LUKS1_PAYLOAD, &plain);
    assert_eq!(times.load(Relaxed), 2);
    // The next volume is opened by it at once.
    assert!(open(&keys.clone()).is_ok());
    assert_eq!(times.load(Relaxed), 2);
    assert!(!format!("{keys:?}").contains(PASSPHRASE));
    let (keys, times) = asked("wrong", vec!["wrong too"]);
    assert!(matches!(open(&keys), Err(LockedWhy::WrongKey(_))));
    assert_eq!(times.load(Relaxed), 2);
    let (keys, times) = asked(PASSPHRASE, vec![]);
    assert!(open(&keys).is_ok() && times.load(Relaxed) == 0);
}

#[test]
fn either_header_of_luks_2_is_enough_and_the_newer_one_counts() {
    let plain = noise(10_000);
    let whole = luks2(&Luks2::default(), &plain);
    for range in [0..4096, 0..16_384, 5000..5001, 16_384..20_000] {
        let mut damaged = whole.clone();
        damaged[range].iter_mut().for_each(|byte| *byte ^= 0x55);
        holds(&in_memory(&damaged, vec![word(PASSPHRASE)]).unwrap(), LUKS2_PAYLOAD, &plain);
    }
    let mut damaged = whole.clone();
    damaged[5000] ^= 1;
    damaged[16_384 + 5000] ^= 1;
    let why = in_memory(&damaged, vec![word(PASSPHRASE)]).err().unwrap();
    assert_eq!(why, LockedWhy::Damaged("its checksum does not hold"));
    // The second one is newer, and has another segment.
    let newer = Luks2 {
        sequence: 9,
        json: Luks2::default().json.replace("\"sector_size\":512", "\"sector_size\":1"),
    };
    let mut mixed = whole.clone();
    mixed[16_384..32_768].copy_from_slice(&luks2_headers(&newer)[16_384..]);
    holds(&in_memory(&mixed, vec![word(PASSPHRASE)]).unwrap(), LUKS2_PAYLOAD, &plain);
}

/// Metadata of LUKS 2 that are not what they should be: what is replaced by what, and what is said.
const HOSTILE: &[(&str, &str, &str)] = &[
    ("\"iterations\":1000", "\"iterations\":4294967295", "iterations"),
    ("\"iterations\":1000", "\"iterations\":0", "iterations"),
    ("\"iterations\":1000", "\"iterations\":-1", "could not be made sense of"),
    (
        "\"pbkdf2\",\"hash\":\"sha256\",\"iterations\":1000",
        "\"argon2id\",\"time\":4,\"cpus\":4,\"memory\":4294967295",
        "memory",
    ),
    (
        "\"pbkdf2\",\"hash\":\"sha256\",\"iterations\":1000",
        "\"argon2id\",\"time\":4294967295,\"cpus\":4,\"memory\":1024",
        "passes",
    ),
    (
        "\"pbkdf2\",\"hash\":\"sha256\",\"iterations\":1000",
        "\"argon2i\",\"time\":1,\"cpus\":4294967295,\"memory\":1024",
        "lanes",
    ),
    (
        "\"pbkdf2\",\"hash\":\"sha256\",\"iterations\":1000",
        "\"argon2i\",\"time\":0,\"cpus\":0,\"memory\":0",
        "none that there are",
    ),
    (
        "\"pbkdf2\",\"hash\":\"sha256\",\"iterations\":1000",
        "\"scrypt\",\"time\":0",
        "could not be made sense of",
    ),
    ("\"salt\":\"", "\"salt\":\"*", "could not be made sense of"),
    ("\"stripes\":4000", "\"stripes\":4000000000", "could not be made sense of"),
    ("\"key_size\":64,\"af\"", "\"key_size\":4294967296,\"af\"", "could not be made sense of"),
    ("\"key_size\":64,\"af\"", "\"key_size\":0,\"af\"", "could not be made sense of"),
    ("\"key_size\":64}", "\"key_size\":63}", "not known here"),
    ("\"offset\":\"65536\"", "\"offset\":\"18446744073709551615\"", "beyond the end"),
    ("\"offset\":\"65536\"", "\"offset\":\"0\"", "could not be made sense of"),
    ("\"offset\":\"1048576\"", "\"offset\":\"18446744073709551615\"", "beyond the end"),
    ("\"offset\":\"1048576\"", "\"offset\":\"-5\"", "no segment"),
    ("\"offset\":\"1048576\"", "\"offset\":\"0\"", "detached header"),
    ("\"size\":\"dynamic\"", "\"size\":\"0\"", "empty"),
    ("\"size\":\"dynamic\"", "\"size\":\"much\"", "no segment"),
    ("\"sector_size\":512", "\"sector_size\":1073741824", "no segment"),
    ("\"sector_size\":512", "\"sector_size\":511", "no segment"),
    (
        "\"encryption\":\"aes-xts-plain64\",\"sector",
        "\"encryption\":\"aes-xts-plain65\",\"sector",
        "not known here",
    ),
    ("\"type\":\"crypt\"", "\"type\":\"hw-opal\"", "hw-opal"),
    (
        "\"sector_size\":512",
        "\"sector_size\":512,\"integrity\":{\"type\":\"hmac(sha256)\"}",
        "authenticated",
    ),
    (
        "\"config\":{",
        "\"config\":{\"requirements\":{\"mandatory\":[\"online-reencrypt-v2\"]},",
        "online-reencrypt-v2",
    ),
    ("\"keyslots\":[\"0\"]", "\"keyslots\":[\"1\"]", "could not be made sense of"),
    ("\"digest\":\"", "\"digest\":\"AAAA", "does not open it"),
    ("\"keyslots\":{\"0\"", "\"keyslots\":{\"x\"", "no key slot"),
    ("\"tokens\":{}", "\"tokens\":[[[[[[[[", "not what a header has"),
    ("{\"keyslots\"", "\0", "not what a header has"),
];

#[test]
fn hostile_metadata_are_refused_within_a_moment() {
    let plain = noise(1024);
    for (from, to, expected) in HOSTILE {
        let json = Luks2::default().json.replacen(from, to, 1);
        assert!(json != Luks2::default().json, "{from}");
        let image = luks2(&Luks2 { json, sequence: 1 }, &plain);
        let clock = Instant::now();
        let why = in_memory(&image, vec![word(PASSPHRASE)]).err().map(|why| why.to_string());
        let said = why.unwrap_or_default();
        assert!(said.contains(expected), "{to}: {said:?}");
        assert!(clock.elapsed() < Duration::from_secs(20), "{to}");
    }
}

#[test]
fn what_is_nested_or_repeated_without_end_is_refused() {
    let deep = format!("{{\"keyslots\":{}", "[".repeat(11_000));
    let slot = |number| format!("\"{number}\":{{\"type\":\"luks2\"}}");
    let many: Vec<String> = (0..400).map(slot).collect();
    let many = Luks2::default().json.replacen(
        "{\"0\":{\"type\":\"luks2\"",
        &format!("{{{},\"0\":{{\"type\":\"luks2\"", many.join(",")),
        1,
    );
    for json in [deep, many, String::new(), "[]".into(), "{}".into()] {
        let image = luks2(&Luks2 { json, sequence: 1 }, &[0; 512]);
        let why = in_memory(&image, vec![word(PASSPHRASE)]).err();
        assert!(matches!(why, Some(LockedWhy::Damaged(_))), "{why:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever stands in a header, it opens or is refused, and all that is shown lies inside.
    #[test]
    fn changed_headers_open_or_are_refused(
        kind in 0..3usize, changes in vec((0..1000usize, any::<u8>()), 1..6), cut in 0..700_000usize,
    ) {
        let mut image = match kind {
            0 => luks1(&[7; 4096]),
            1 => luks2(&Luks2::default(), &[7; 4096]),
            _ => vec![0; 700_000],
        };
        if kind == 2 {
            // The password is not tried: that takes a second.
            image[..11].copy_from_slice(b"\xeb\x58\x90-FVE-FS-");
            image[510..512].copy_from_slice(&[0x55, 0xaa]);
            image[160..176].copy_from_slice(&[0x3b, 0xd6, 0x67, 0x49, 0x29, 0x2e, 0xd8, 0x4a, 0x83, 0x99, 0xf6, 0xa3, 0x39, 0xe3, 0xd0, 0x01]);
            image[176..184].copy_from_slice(&4096u64.to_le_bytes());
            image[4096..4107].copy_from_slice(b"-FVE-FS-\0\0\x02");
            for at in 0..200 {
                image[4160 + at * 17] = changes[at % changes.len()].1;
            }
        }
        let header: usize = if kind == 1 { 4096 } else { 0 };
        for (at, byte) in changes {
            // Costs stay what they are: a hundred millions of rounds are allowed.
            let is_cost = kind == 0 && ((164..168).contains(&at) || (at >= 208 && (at - 208) % 48 < 8));
            if !is_cost {
                image[header + at] ^= byte;
            }
        }
        image.truncate(image.len() - cut.min(image.len() - 65_536));
        let source = MemorySource::new("disk", image);
        let volumes = encrypted_volumes(&source);
        let key = Key::File(Zeroizing::new(PASSPHRASE.as_bytes().to_vec()));
        if let Ok(open) = unlock(Box::new(source), &volumes, &Keys::new(vec![key]), &Stop::default()) {
            let _ = all(&open);
            let _ = open.unreadable();
        }
    }
}

/// Encrypts `plain` in place with cryptsetup: its payload begins at 16 MiB or so.
fn cryptsetup(folder: &Folder, plain: &[u8], more: &[&str]) -> bool {
    let mut image = plain.to_vec();
    image.resize(plain.len() + (32 << 20), 0);
    folder.write("luks.img", &image);
    folder.write("key", b"a key\nof two lines");
    let mut words = vec![
        "cryptsetup",
        "-q",
        "reencrypt",
        "--encrypt",
        "--type",
        "luks2",
        "--force-offline-reencrypt",
    ];
    words.extend(["--reduce-device-size", "32M", "--key-file", "key", "--disable-locks"]);
    words.extend(more);
    words.push("luks.img");
    runs(&words, folder.root())
}

#[test]
fn what_cryptsetup_encrypts_comes_back_as_it_was() {
    let Some(folder) = Folder::for_tools(&["cryptsetup"]) else { return };
    let plain = noise(3 << 20);
    let argon =
        ["--pbkdf-memory", "32768", "--pbkdf-force-iterations", "4", "--pbkdf-parallel", "2"];
    let rounds = ["--pbkdf-force-iterations", "1000"];
    let mut compared = 0;
    for (cipher, bits, sector, kdf, hash) in [
        ("aes-xts-plain64", "512", "512", "argon2id", "sha256"),
        ("aes-xts-plain64", "256", "4096", "argon2i", "sha256"),
        ("aes-xts-plain64", "512", "4096", "pbkdf2", "sha512"),
        ("aes-cbc-essiv:sha256", "256", "512", "pbkdf2", "sha1"),
        ("aes-cbc-plain64", "128", "512", "pbkdf2", "sha256"),
        ("serpent-xts-plain64", "512", "512", "pbkdf2", "sha256"),
        ("twofish-cbc-plain", "256", "512", "pbkdf2", "sha384"),
    ] {
        let mut more = vec![
            "--cipher",
            cipher,
            "--key-size",
            bits,
            "--sector-size",
            sector,
            "--pbkdf",
            kdf,
            "--hash",
            hash,
        ];
        more.extend(if kdf == "pbkdf2" { &rounds[..] } else { &argon[..] });
        if !cryptsetup(&folder, &plain, &more) {
            eprintln!("cryptsetup does not encrypt by {cipher} here: nothing is compared with it");
            continue;
        }
        let source = open(&folder.path("luks.img"), Io::Read).unwrap();
        let key = Key::File(Zeroizing::new(b"a key\nof two lines".to_vec()));
        let open = opened(source, vec![key]).map_err(|(_, why)| why).unwrap();
        let at = open.unlocked()[0].payload.at as usize;
        assert_eq!(holds(&open, at, &plain), ("key slot 0".to_owned(), cipher.to_owned()));
        compared += 1;
    }
    eprintln!("{compared} volumes of cryptsetup were compared");
}

#[test]
fn a_volume_of_cryptsetup_in_an_e01_opens_as_it_does_by_itself() {
    let Some(folder) = Folder::for_tools(&["cryptsetup", "ewfacquire"]) else { return };
    let plain = noise(3 << 20);
    let rounds = ["--pbkdf", "pbkdf2", "--pbkdf-force-iterations", "1000"];
    let acquire = ["ewfacquire", "-u", "-q", "-t", "luks", "-S", "4194304", "luks.img"];
    if !cryptsetup(&folder, &plain, &rounds) || !runs(&acquire, folder.root()) {
        return eprintln!("no E01 with LUKS in it was made: none is opened");
    }
    let source = || open(&folder.path("luks.E01"), Io::Auto).unwrap();
    assert!(source().files().len() > 1, "it lies in several parts");
    let key = Key::File(Zeroizing::new(b"a key\nof two lines".to_vec()));
    let open = opened(source(), vec![key]).map_err(|(_, why)| why).unwrap();
    let at = open.unlocked()[0].payload.at as usize;
    assert_eq!(holds(&open, at, &plain).0, "key slot 0");
    assert!(open.unreadable().is_empty() && open.container().is_some());
    let (_, why) = opened(source(), vec![word("wrong")]).err().unwrap();
    assert!(matches!(why, LockedWhy::WrongKey(_)), "{why}");
}

#[test]
fn several_key_slots_of_cryptsetup_are_tried() {
    let Some(folder) = Folder::for_tools(&["cryptsetup"]) else { return };
    let plain = noise(1 << 20);
    let rounds = ["--pbkdf", "pbkdf2", "--pbkdf-force-iterations", "1000"];
    if !cryptsetup(&folder, &plain, &rounds) {
        return;
    }
    folder.write("second", PASSPHRASE.as_bytes());
    let mut words = vec![
        "cryptsetup",
        "-q",
        "luksAddKey",
        "luks.img",
        "second",
        "--key-file",
        "key",
        "--key-slot",
        "5",
        "--disable-locks",
    ];
    words.extend(rounds);
    assert!(runs(&words, folder.root()));
    let path = folder.path("luks.img");
    let source = || open(&path, Io::Read).unwrap();
    let open = opened(source(), vec![word(PASSPHRASE)]).map_err(|(_, why)| why).unwrap();
    let at = open.unlocked()[0].payload.at as usize;
    assert_eq!(holds(&open, at, &plain).0, "key slot 5");
    let (_, why) = opened(source(), vec![word("wrong")]).err().unwrap();
    assert_eq!(why.to_string(), "the passphrase does not open it (key slots 0 and 5 were tried)");
}

#[test]
fn what_qemu_encrypts_comes_back_as_it_was() {
    let Some(folder) = Folder::for_tools(&["qemu-img"]) else { return };
    let plain = noise(3 << 20);
    folder.write("plain.img", &plain);
    for (cipher, mode, initial, hash, name) in [
        ("aes-256", "xts", "plain64", "sha256", "aes-xts-plain64"),
        ("aes-128", "xts", "plain64", "sha1", "aes-xts-plain64"),
        ("aes-256", "cbc", "essiv", "sha256", "aes-cbc-essiv:sha256"),
        ("aes-128", "cbc", "plain64", "sha512", "aes-cbc-plain64"),
        ("serpent-256", "xts", "plain64", "sha256", "serpent-xts-plain64"),
        ("twofish-256", "xts", "plain64", "sha256", "twofish-xts-plain64"),
        ("serpent-128", "cbc", "plain", "sha256", "serpent-cbc-plain"),
        ("aes-256", "ecb", "plain64", "sha256", "aes-ecb-plain64"),
    ] {
        let secret = format!("secret,id=s,data={PASSPHRASE}");
        let essiv = if initial == "essiv" { ",ivgen-hash-alg=sha256" } else { "" };
        let options = format!(
            "key-secret=s,cipher-alg={cipher},cipher-mode={mode},ivgen-alg={initial}{essiv},hash-alg={hash},iter-time=10"
        );
        let words = [
            "qemu-img",
            "convert",
            "-f",
            "raw",
            "-O",
            "luks",
            "--object",
            &secret,
            "-o",
            &options,
            "plain.img",
            "luks.img",
        ];
        if !runs(&words, folder.root()) {
            eprintln!(
                "qemu-img does not encrypt by {cipher} in {mode} here: nothing is compared with it"
            );
            continue;
        }
        let source = open(&folder.path("luks.img"), Io::Auto).unwrap();
        let open = opened(source, vec![word(PASSPHRASE)]).map_err(|(_, why)| why).unwrap();
        let at = open.unlocked()[0].payload.at as usize;
        assert_eq!(
            holds(&open, at, &plain),
            ("key slot 0".to_owned(), name.to_owned()),
            "{options}"
        );
    }
}

/// The images of BitLocker that cryptsetup is tested with, their keys, and the SHA-256 of each when it is open.
#[test]
fn public_images_of_bitlocker_open_as_their_makers_say() {
    let Some(folder) = std::env::var_os("AFTERIMAGE_BITLOCKER") else {
        return eprintln!("AFTERIMAGE_BITLOCKER names no folder of images: none is opened");
    };
    let folder = Path::new(&folder);
    let text = std::fs::read_to_string(folder.join("images.conf")).unwrap();
    for section in text.split("\n[").map(|section| section.trim_start_matches('[')) {
        let name = section.split(']').next().unwrap();
        let value = |name: &str| {
            let line = section.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
            line.unwrap_or_default().to_owned()
        };
        let mut keys = vec![word(&value("PW")), word(&value("RP"))];
        let startup = folder.join(format!("{}.BEK", value("SK_VMK_GUID").to_uppercase()));
        if let Ok(file) = std::fs::read(startup) {
            keys.push(Key::File(Zeroizing::new(file)));
        }
        for key in keys.into_iter().filter(|key| *key != word("")) {
            let source = open(&folder.join(format!("{name}.img")), Io::Auto).unwrap();
            let clock = Instant::now();
            let open = match opened(source, vec![key]) {
                Ok(open) => open,
                Err((_, why)) => {
                    eprintln!("{name}: {why}");
                    // Two of them are encrypted as they are written to, and say so.
                    assert!(why.to_string().contains("encrypt-on-write"), "{why}");
                    continue;
                }
            };
            let (took, shown) = (clock.elapsed(), all(&open));
            let mut hasher = Hasher::new(&[Algorithm::Sha256]);
            hasher.update(&shown);
            let sha256 = hasher.finish().sha256.unwrap();
            let volume = &open.unlocked()[0];
            eprintln!(
                "{name}: {} by its {} in {took:?}, {sha256}",
                volume.cipher, volume.opened_by
            );
            if !value("SHA256SUM").is_empty() {
                assert_eq!(sha256, value("SHA256SUM"), "{name}");
            }
        }
    }
}
