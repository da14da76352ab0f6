//! What is shown of the images of a batch.

use afterimage_engine::run::batch::{AtWork, BatchSight};

use crate::screen::shortened;
use crate::text::{percent, plain};

/// How many images are done, as a part of a line.
pub fn count(sight: &BatchSight) -> String {
    let mut said = format!("{} of {} images", sight.ended, sight.images);
    if sight.failed > 0 {
        said += &format!(", {} failed", sight.failed);
    }
    said
}

/// A line for each image that is scanned right now, no wider than `width`.
pub fn at_work(sight: &BatchSight, width: usize) -> Vec<String> {
    sight.at_work.iter().map(|one| line(one, width)).collect()
}

fn line(one: &AtWork, width: usize) -> String {
    let how_far = match (one.is_finishing, one.total) {
        (true, _) => "sorting out".to_owned(),
        (false, 0) => "opening".to_owned(),
        (false, total) => percent(one.scanned, total),
    };
    let number = format!("  {}: ", one.number);
    let room = width.saturating_sub(number.len() + how_far.len() + 2);
    format!("{number}{}  {how_far}", shortened(&plain(&one.name), room))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::screen::columns_of;

    #[test]
    fn each_image_at_work_has_a_line_that_fits() {
        let one = |number, name: &str, total| AtWork {
            number,
            name: name.to_owned(),
            total,
            scanned: total / 2,
            is_finishing: false,
        };
        let long = "写真".repeat(60);
        let at_work = vec![one(3, "card.img", 100), one(12, &long, 0), one(13, "\u{1b}[2J.img", 0)];
        let sight =
            BatchSight { images: 200, ended: 11, failed: 1, at_work, ..BatchSight::default() };
        assert_eq!(count(&sight), "11 of 200 images, 1 failed");
        for width in [40, 80] {
            let lines = super::at_work(&sight, width);
            assert_eq!(lines[0], "  3: card.img  50 %");
            assert!(lines.iter().all(|line| columns_of(line) <= width), "{lines:?}");
            assert!(lines[2].contains("?[2J.img") && lines[1].ends_with("opening"), "{lines:?}");
        }
    }
}
