//! Photos and videos, counted apart.

/// A number of photos and of videos.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kinds {
    /// Pictures that stand still.
    pub photos: u64,
    /// Pictures that move.
    pub videos: u64,
}

impl Kinds {
    /// Both together.
    pub fn sum(self) -> u64 {
        self.photos + self.videos
    }

    /// Counts one more.
    pub fn add(&mut self, is_video: bool) {
        *(if is_video { &mut self.videos } else { &mut self.photos }) += 1;
    }
}

impl std::iter::Sum for Kinds {
    fn sum<I: Iterator<Item = Kinds>>(all: I) -> Kinds {
        all.fold(Kinds::default(), |sum, one| Kinds {
            photos: sum.photos + one.photos,
            videos: sum.videos + one.videos,
        })
    }
}
