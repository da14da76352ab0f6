//! Volumes that lie across each other.

use super::*;
use crate::volumes::filesystem::Contents;
use crate::volumes::traces;
use afterimage_testdata::fat::{Kind, Stamp, Volume as Fat};
use afterimage_testdata::ntfs::Volume as Ntfs;
use afterimage_testdata::random::Random;

const MIB: usize = 1 << 20;

/// A FAT16 volume of 5 MiB with a file of that content in its midst.
fn fat(content: &[u8]) -> (Vec<u8>, usize) {
    let mut volume = Fat::new(Kind::Fat16, 5 << 11, 1024, "CARD");
    let stamp = Stamp::new(2024, 5, 17, 18, 3, 22);
    let pieces = volume.write("DISK.IMG", content, stamp, 2000);
    (volume.image().to_vec(), pieces[0].start)
}

fn ntfs() -> Vec<u8> {
    let mut volume = Ntfs::new(64);
    volume.make_folder("DCIM");
    volume.image().to_vec()
}

/// Makes a boot sector a table of partitions as well, with one entry.
fn add_entry(image: &mut [u8], start: usize, len: usize) {
    image[446..462].fill(0);
    image[450] = 7;
    image[454..458].copy_from_slice(&((start / 512) as u32).to_le_bytes());
    image[458..462].copy_from_slice(&((len / 512) as u32).to_le_bytes());
}

/// Checks the volumes: kind, first byte, partition, whether lost, whether trusted.
#[track_caller]
fn check(image: &[u8], expected: &[(&str, usize, Option<u32>, bool, bool)]) {
    let mut survey = Survey::of(&image);
    let mut found = Vec::new();
    traces::look(image, 0, 0..image.len(), &mut found);
    survey.complete(&image, &found, || false);
    let said: Vec<_> = survey
        .volumes
        .iter()
        .map(|one| {
            let Contents { kind, span, .. } = one.contents;
            (kind, span.at as usize, one.partition, one.lost, one.is_trusted())
        })
        .collect();
    assert_eq!(said, expected, "{:#?}", survey.volumes);
}

#[test]
fn a_deleted_folder_of_several_clusters_makes_no_earlier_volume() {
    let stamp = Stamp::new(2024, 5, 17, 18, 3, 22);
    let mut volume = Fat::new(Kind::Fat16, 5 << 11, 1024, "CARD");
    volume.make_folder("HOLIDAY", 70, stamp);
    let paths: Vec<String> = (10..80).map(|number| format!("HOLIDAY/{number}.JPG")).collect();
    paths.iter().for_each(|path| drop(volume.write(path, &[7; 1500], stamp, 300)));
    paths.iter().for_each(|path| volume.delete(path));
    volume.delete_folder("HOLIDAY");
    check(volume.image(), &[("fat16", 0, None, false, true)]);
    // After a format there was one.
    volume.format_again("NEW");
    check(volume.image(), &[("fat16", 0, None, false, true), ("fat16", 0, None, true, false)]);
}

#[test]
fn a_table_that_points_into_a_file_of_the_volume_around_it_does_not_end_that() {
    let disk = ntfs();
    let (mut image, at) = fat(&disk);
    let inside =
        |partition| [("fat16", 0, None, false, true), ("ntfs", at, partition, true, false)];
    check(&image, &inside(None));
    add_entry(&mut image, at, disk.len());
    check(&image, &inside(Some(1)));
}

#[test]
fn a_volume_that_a_table_was_put_over_is_lost() {
    let (mut image, _) = fat(&[7; 3000]);
    image[3 * MIB..3 * MIB + ntfs().len()].copy_from_slice(&ntfs());
    check(&image, &[("fat16", 0, None, false, true), ("ntfs", 3 * MIB, None, true, false)]);
    add_entry(&mut image, 3 * MIB, ntfs().len());
    check(&image, &[("ntfs", 3 * MIB, Some(1), false, true), ("fat16", 0, None, true, false)]);
}

#[test]
fn a_damaged_volume_makes_no_sound_one_lost_and_neither_is_relied_on() {
    for inner in [ntfs(), fat(&[9; 3000]).0] {
        let kind = if inner[3] == b'N' { "ntfs" } else { "fat16" };
        let (mut image, _) = fat(&[7; 3000]);
        // The volume claims that it reaches far, and its tables are noise.
        image.resize(8 * MIB, 0);
        image[512..21 * 512].copy_from_slice(&Random::new(5).bytes(20 * 512));
        image[19..21].fill(0);
        image[32..36].copy_from_slice(&((8 * MIB / 512) as u32).to_le_bytes());
        image[3 * MIB..3 * MIB + inner.len()].copy_from_slice(&inner);
        check(&image, &[("fat16", 0, None, false, false), (kind, 3 * MIB, None, false, false)]);
    }
}

#[test]
fn a_copy_of_the_boot_sector_of_a_damaged_volume_is_no_volume() {
    use afterimage_testdata::exfat::Volume;
    let mut volume = Volume::new(400, "CARD");
    volume.write("a.jpg", &[7; 30_000], Stamp::new(2024, 5, 17, 18, 3, 22), 5);
    let mut image = volume.image().to_vec();
    // Clusters that belong to nobody: the second half of the map of free clusters.
    let map = volume.clusters_at();
    image[map + 30..map + 40].fill(0xff);
    check(&image, &[("exfat", 0, None, false, false)]);
}
