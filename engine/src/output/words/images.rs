//! What of the images of a batch was not read, as the report of each says it: a line for each image.

use std::collections::HashSet;

use super::not_recovered::{is_noise, noise};
use super::paragraph::{Paragraph, Topic};
use super::plain::plain;
use super::quantities::count;
use super::unreadable::{Unreadable, of_container};
use super::volumes::{encrypted, locked, to_unlock};
use crate::output::report::{BatchImage, BatchStatus};

/// Images that are named with the same trouble; the report lists all.
const MOST_NAMED: usize = 12;

/// Volumes of one image that are told of.
const MOST_VOLUMES: usize = 4;

/// What could not be read of images, and what is encrypted in them.
pub fn of_images(images: &[BatchImage]) -> Vec<Paragraph> {
    let errors = images.iter().filter_map(|image| unreadable(image).text(&image.path, false));
    let damaged =
        images.iter().filter_map(|image| of_container(&image.path, image.container.as_ref()));
    let mut explained = HashSet::new();
    let closed = images.iter().filter_map(|image| closed(image, &mut explained));
    let noisy = images.iter().filter_map(|image| noise(&image.path, noise_of(image)));
    let unreadable = bounded(errors).into_iter().chain(bounded(damaged));
    let unreadable = unreadable.map(|text| Paragraph::new(Topic::Unreadable, text));
    let lost = bounded(closed).into_iter().chain(bounded(noisy));
    unreadable.chain(lost.map(|text| Paragraph::new(Topic::Lost, text))).collect()
}

/// How the scan of an image ended, and what of it was not read all the same.
pub fn image_status(image: &BatchImage) -> String {
    let status = match image.status {
        BatchStatus::Waiting => "not begun",
        BatchStatus::Complete => "complete",
        BatchStatus::Stopped => "stopped",
        BatchStatus::Failed => "failed",
    };
    let is_damaged = image.container.as_ref().is_some_and(|container| container.fault.is_some());
    let but: Vec<&str> = [
        (!image.encrypted.is_empty(), "encrypted"),
        (is_noise(noise_of(image)), "noise"),
        (image.unreadable_bytes > 0, "read errors"),
        (is_damaged, "damaged"),
    ]
    .into_iter()
    .filter_map(|(is_so, word)| is_so.then_some(word))
    .collect();
    if but.is_empty() { status.to_owned() } else { format!("{status} ({})", but.join(", ")) }
}

fn unreadable(image: &BatchImage) -> Unreadable {
    Unreadable {
        bytes: image.unreadable_bytes,
        places: image.unreadable_ranges,
        files: image.unreadable_files,
    }
}

/// How much of an image looks like noise, where nothing was found that tells otherwise.
fn noise_of(image: &BatchImage) -> Option<f32> {
    let summary = image.summary.as_ref()?;
    image.noise.filter(|_| summary.photos == 0 && summary.videos == 0)
}

/// The encrypted volumes of an image. What opens them is said once for each way.
fn closed(image: &BatchImage, explained: &mut HashSet<String>) -> Option<String> {
    let volumes = image.encrypted.iter().take(MOST_VOLUMES);
    let texts = volumes.filter_map(|volume| match explained.insert(to_unlock(&volume.kind)) {
        true => locked(volume),
        false => encrypted(volume).map(|text| format!("{text} too.")),
    });
    let mut texts: Vec<String> = texts.collect();
    let more = image.encrypted.len().saturating_sub(MOST_VOLUMES) as u64;
    if more > 0 {
        let others = count(more, "other volume is", "other volumes are");
        texts.push(format!("{others} encrypted too."));
    }
    (!texts.is_empty()).then(|| format!("{}: {}", plain(&image.path), texts.join(" ")))
}

/// The first texts, and how many more there are.
fn bounded(texts: impl Iterator<Item = String>) -> Vec<String> {
    let (mut named, mut more) = (Vec::new(), 0);
    for text in texts {
        match named.len() < MOST_NAMED {
            true => named.push(text),
            false => more += 1,
        }
    }
    if more > 0 {
        let images = count(more, "other image", "other images");
        named.push(format!("The same of {images}; the report lists them."));
    }
    named
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::output::report::Summary;

    fn image(number: usize, more: serde_json::Value) -> BatchImage {
        let mut image = json!({ "path": format!("{number}.img"), "status": "complete", "size": 9 });
        image.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        serde_json::from_value(image).unwrap()
    }

    fn volume(kind: &str) -> serde_json::Value {
        json!({ "type": kind, "offset": 0, "length": 31_000_000, "cluster_size": 512, "consistent": false,
            "locked": "encrypted with LUKS" })
    }

    fn texts(images: &[BatchImage]) -> Vec<String> {
        of_images(images).into_iter().map(|one| one.text).collect()
    }

    #[test]
    fn what_opens_volumes_is_said_once_and_images_have_an_end() {
        let closed = |n| image(n, json!({ "encrypted": [volume("luks1")] }));
        let images: Vec<BatchImage> = (0..2000).map(closed).collect();
        let said = texts(&images);
        assert_eq!(said.len(), MOST_NAMED + 1);
        assert!(said[0].starts_with("0.img: The LUKS1 volume, 31.0 MB is encrypted"), "{said:?}");
        assert!(said[0].contains("cryptsetup open"), "{said:?}");
        assert_eq!(said[1], "1.img: The LUKS1 volume, 31.0 MB is encrypted with LUKS too.");
        assert_eq!(said[MOST_NAMED], "The same of 1988 other images; the report lists them.");
        assert_eq!(image_status(&images[0]), "complete (encrypted)");
        let many = image(0, json!({ "encrypted": vec![volume("luks2"); 7] }));
        assert!(texts(&[many])[0].ends_with(" 3 other volumes are encrypted too."));
    }

    #[test]
    fn an_image_says_what_its_own_report_says() {
        let none = serde_json::to_value(Summary::default()).unwrap();
        let fault = json!({ "kind": "compressed with gzip", "fault": "its end is missing" });
        let bad = json!({ "unreadable_bytes": 69_200_000, "unreadable_ranges": 2, "unreadable_files": 1, "container": fault });
        let images = [
            image(0, bad),
            image(1, json!({ "noise": 0.99, "summary": none })),
            image(2, json!({})),
        ];
        let said = texts(&images);
        assert_eq!(
            said[0],
            "READ ERRORS: 69.2 MB of 0.img in 2 places could not be read; 1 photo lies there and has zeros instead."
        );
        assert!(
            said[1].starts_with("DAMAGED: 0.img is compressed with gzip, and its end"),
            "{said:?}"
        );
        assert!(said[2].starts_with("1.img looks like noise nearly everywhere."), "{said:?}");
        let statuses: Vec<String> = images.iter().map(image_status).collect();
        assert_eq!(statuses, ["complete (read errors, damaged)", "complete (noise)", "complete"]);
    }
}
