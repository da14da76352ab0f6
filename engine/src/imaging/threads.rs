//! The threads of the room: those that read, hash, and save. All threads of the room start here.
//!
//! None of them is waited for when a rescue ends early: a read of a dying device can take minutes, and the
//! map is written meanwhile.

use std::io;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded};

use super::buffer::{Buffer, Pool};
use super::medium::Medium;
use super::strategy::Request;
use crate::control::error::Error;

/// The most requests at once.
pub(super) const READERS: usize = 4;

/// What came of a request.
pub(super) struct Answer {
    pub(super) request: Request,
    /// What was read, from the request's first byte on.
    pub(super) buffer: Buffer,
    pub(super) error: Option<io::Error>,
    pub(super) took: Duration,
}

/// Starts a thread that works on `work` until nobody sends any more.
pub(super) fn start<T: Send + 'static>(
    name: &'static str,
    work: Receiver<T>,
    mut each: impl FnMut(T) + Send + 'static,
) -> Result<thread::JoinHandle<()>, Error> {
    let body = move || work.iter().for_each(&mut each);
    let started = thread::Builder::new().name(name.to_owned()).spawn(body);
    started.map_err(|error| Error::Start { what: name, why: error.to_string() })
}

/// Starts the readers of a medium: where to send requests, and where the answers come.
pub(super) fn readers(
    medium: &Arc<dyn Medium>,
    pool: &Arc<Pool>,
) -> Result<(Sender<Request>, Receiver<Answer>), Error> {
    let (ask, asked) = bounded::<Request>(READERS);
    let (answer, answers) = bounded(READERS);
    for _ in 0..READERS {
        let (medium, pool, answer) = (Arc::clone(medium), Arc::clone(pool), answer.clone());
        start("a reader", asked.clone(), move |request: Request| {
            let mut buffer = pool.take(request.span.len as usize);
            let begun = Instant::now();
            let (at, out) = (request.span.at, buffer.bytes_mut());
            let (read, error) = medium.read(at, out, request.is_sector);
            buffer.cut(read);
            // Nobody waits for it any more when the rescue has ended.
            drop(answer.send(Answer { request, buffer, error, took: begun.elapsed() }));
        })?;
    }
    Ok((ask, answers))
}
