#![expect(clippy::print_stderr, reason = "a test that is skipped says so")]

use std::io::Write;
use std::os::unix::fs::FileExt;

use super::*;

/// An image of 64 sectors, each full of its number.
fn image() -> File {
    let mut file = tempfile::tempfile().unwrap();
    for sector in 0..64u8 {
        file.write_all(&[sector; SECTOR as usize]).unwrap();
    }
    file
}

fn mount(faults: Faults, folder: &Path) -> Option<FailingDevice> {
    FailingDevice::mount(image(), faults, folder)
        .inspect_err(|error| eprintln!("skipped: FUSE cannot be used here: {error}"))
        .ok()
}

#[test]
fn requests_that_touch_a_bad_sector_fail_and_all_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let faults = Faults::default().with(10, 2, Fault::Bad).with(20, 1, Fault::Heals(2));
    let Some(device) = mount(faults, folder.path()) else { return };
    let file = File::open(device.path()).unwrap();
    let mut sector = [0; SECTOR as usize];
    let mut read =
        |number: u64| file.read_exact_at(&mut sector, number * SECTOR).map(|()| sector[0]);
    assert_eq!(read(9).unwrap(), 9);
    assert_eq!(read(10).unwrap_err().raw_os_error(), Some(5));
    let healing: Vec<bool> = (0..4).map(|_| read(20).is_ok()).collect();
    assert_eq!(healing, [false, false, true, true]);
    let attempts = device.attempts();
    assert_eq!([attempts[9], attempts[10], attempts[11], attempts[20]], [1, 1, 0, 4]);
    let mut both = [0; 1024];
    assert!(file.read_exact_at(&mut both, 11 * SECTOR).is_err());
    assert_eq!(device.attempts()[12], 1);
    device.forget_attempts();
    assert!(device.attempts().iter().all(|count| *count == 0));
    device.vanish();
    assert_eq!(read(9).unwrap_err().raw_os_error(), Some(19));
}

#[test]
fn a_loop_device_over_it_fails_in_the_same_places() {
    let folder = tempfile::tempdir().unwrap();
    let faults = Faults::default().with(10, 2, Fault::Bad);
    let Some(device) = mount(faults, folder.path()) else { return };
    let attached = match device.attach() {
        Ok(attached) => attached,
        Err(error) => return eprintln!("skipped: no loop device can be made: {error}"),
    };
    let file = File::open(attached.path()).unwrap();
    let mut sector = [0; SECTOR as usize];
    file.read_exact_at(&mut sector, 32 * SECTOR).unwrap();
    assert_eq!(sector[0], 32);
    assert!(file.read_exact_at(&mut sector, 10 * SECTOR).is_err());
}
