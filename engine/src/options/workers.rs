//! Threads that several runs share.

use std::ops::Deref;
use std::sync::Arc;

use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::control::error::Error;

/// Worker threads, which several runs may share.
#[derive(Clone, Debug)]
pub struct Workers(Arc<ThreadPool>);

impl Workers {
    /// So many threads; one a core for 0.
    ///
    /// # Errors
    ///
    /// When the system gives none.
    pub fn new(threads: usize) -> Result<Self, Error> {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build();
        let pool =
            pool.map_err(|error| Error::Start { what: "workers", why: error.to_string() })?;
        Ok(Workers(Arc::new(pool)))
    }

    /// How many they are.
    pub fn count(&self) -> usize {
        self.0.current_num_threads()
    }
}

impl Deref for Workers {
    type Target = ThreadPool;

    fn deref(&self) -> &ThreadPool {
        &self.0
    }
}
