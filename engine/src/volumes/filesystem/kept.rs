//! What a file system keeps of a volume that it read, so that salvage need not read it again.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

/// A value of a type that only one file system knows.
///
/// It is no part of what a volume says: any is equal to any other.
#[derive(Clone, Default)]
pub struct Kept(Option<Arc<dyn Any + Send + Sync>>);

impl Kept {
    /// Keeps a value.
    pub(crate) fn new<T: Any + Send + Sync>(value: T) -> Self {
        Kept(Some(Arc::new(value)))
    }

    /// The value, if there is one of this type.
    pub(crate) fn get<T: Any>(&self) -> Option<&T> {
        self.0.as_ref()?.downcast_ref()
    }
}

impl PartialEq for Kept {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl fmt::Debug for Kept {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Kept")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_kept_comes_back_as_what_it_was() {
        let kept = Kept::new(7u32);
        assert_eq!((kept.get::<u32>(), kept.get::<u64>()), (Some(&7), None));
        assert_eq!(Kept::default().get::<u32>(), None);
        assert_eq!(kept, Kept::default());
    }
}
