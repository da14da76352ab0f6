//! BLAKE3 and SHA-256 of an image and of each 64 MiB of it, computed in order, on threads of their own.
//!
//! What was hashed can be written down at each 64 MiB, so that a rescue that goes on does not hash it again:
//! SHA-256 by its inner state, BLAKE3 by the values of its tree.

use std::sync::Arc;

use blake3::hazmat::{
    ChainingValue, HasherExt, Mode, merge_subtrees_non_root, merge_subtrees_root,
};
use crossbeam_channel::{Sender, bounded};
use serde::{Deserialize, Serialize};
use sha2::digest::common::hazmat::SerializableState;
use sha2::{Digest, Sha256};

use super::buffer::Buffer;
use super::threads;
use crate::control::error::Error;
use crate::model::hex::{decode as unhex, encode as hex};

/// Bytes that have digests of their own: a whole branch of BLAKE3's tree.
pub const PIECE: u64 = 64 << 20;

/// Buffers that wait for a thread.
const WAITING: usize = 16;

/// Digests in hex.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HashPair {
    /// BLAKE3.
    pub blake3: String,
    /// SHA-256.
    pub sha256: String,
}

/// All digests of some bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Digested {
    /// Of all of them.
    pub whole: HashPair,
    /// Of each [`PIECE`]; the last may be shorter.
    pub pieces: Vec<HashPair>,
}

/// What was hashed so far: whole pieces.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HashState {
    /// The pieces.
    pub pieces: Vec<HashPair>,
    /// The value of each piece in BLAKE3's tree, in hex.
    branches: Vec<String>,
    /// The inner state of SHA-256, in hex.
    sha256: String,
}

impl HashState {
    /// Bytes that it covers.
    pub fn len(&self) -> u64 {
        self.pieces.len() as u64 * PIECE
    }

    /// Whether it covers nothing.
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }
}

/// Bytes or a question.
enum Work {
    Bytes(Arc<Buffer>),
    Asked,
}

/// What the thread of BLAKE3 knows: of each piece its digest, and its value in the tree.
#[derive(Clone, Default)]
struct Branches(Vec<(String, ChainingValue)>);

/// Two threads that hash what is fed to them, in order.
pub(super) struct Hashing {
    /// The next byte to be fed.
    pub(super) at: u64,
    /// Whether somebody waits for the state.
    is_asked: bool,
    blake: Sender<Work>,
    sha: Sender<Work>,
    blake_says: crossbeam_channel::Receiver<BlakeSays>,
    sha_says: crossbeam_channel::Receiver<ShaSays>,
}

struct BlakeSays {
    branches: Branches,
    /// The digest of all, were this the end.
    whole: String,
    last: Option<String>,
}

struct ShaSays {
    pieces: Vec<String>,
    /// The state after the last whole piece.
    state: String,
    whole: String,
    last: Option<String>,
}

impl Hashing {
    /// Starts the threads, to go on from `state`.
    pub(super) fn start(state: Option<&HashState>) -> Result<Self, Error> {
        let empty = HashState::default();
        let known = state.and_then(|state| Some((state, Blake::of(state)?, Sha::of(state)?)));
        let (state, mut blake_state, mut sha_state) = match known {
            Some(known) => known,
            None => (&empty, Blake::default(), Sha::default()),
        };
        let (blake, blake_work) = bounded(WAITING);
        let (sha, sha_work) = bounded(WAITING);
        let (blake_tells, blake_says) = bounded(1);
        let (sha_tells, sha_says) = bounded(1);
        threads::start("a thread for BLAKE3", blake_work, move |work| match work {
            Work::Bytes(buffer) => blake_state.feed(buffer.bytes()),
            Work::Asked => drop(blake_tells.send(blake_state.says())),
        })?;
        threads::start("a thread for SHA-256", sha_work, move |work| match work {
            Work::Bytes(buffer) => sha_state.feed(buffer.bytes()),
            Work::Asked => drop(sha_tells.send(sha_state.says())),
        })?;
        Ok(Hashing { at: state.len(), is_asked: false, blake, sha, blake_says, sha_says })
    }

    /// Hashes the bytes at [`Hashing::at`]; waits while the threads have much to do.
    pub(super) fn feed(&mut self, buffer: &Arc<Buffer>) {
        self.at += buffer.bytes().len() as u64;
        for thread in [&self.blake, &self.sha] {
            // A thread ends when this is dropped, not before.
            drop(thread.send(Work::Bytes(Arc::clone(buffer))));
        }
    }

    /// Asks for what is hashed by now; [`Hashing::state`] has it soon.
    pub(super) fn ask_state(&mut self) {
        if !self.is_asked {
            self.is_asked = true;
            drop(self.blake.send(Work::Asked));
            drop(self.sha.send(Work::Asked));
        }
    }

    /// What was hashed up to the last whole piece when it was asked for; nothing while it is not said.
    pub(super) fn state(&mut self) -> Option<HashState> {
        if !self.is_asked || self.blake_says.is_empty() || self.sha_says.is_empty() {
            return None;
        }
        self.is_asked = false;
        let (blake, sha) = (self.blake_says.recv().ok()?, self.sha_says.recv().ok()?);
        let both = blake.branches.0.iter().zip(&sha.pieces);
        Some(HashState {
            pieces: both
                .map(|((blake3, _), sha256)| HashPair {
                    blake3: blake3.clone(),
                    sha256: sha256.clone(),
                })
                .collect(),
            branches: blake.branches.0.iter().map(|(_, value)| hex(value)).collect(),
            sha256: sha.state,
        })
    }

    /// The digests of all that was fed.
    pub(super) fn finish(mut self) -> Option<Digested> {
        if self.is_asked {
            self.blake_says.recv().ok()?;
            self.sha_says.recv().ok()?;
        }
        self.is_asked = false;
        self.ask_state();
        let (blake, sha) = (self.blake_says.recv().ok()?, self.sha_says.recv().ok()?);
        let blake3 = blake.branches.0.into_iter().map(|(digest, _)| digest).chain(blake.last);
        let sha256 = sha.pieces.into_iter().chain(sha.last);
        let pieces = blake3.zip(sha256).map(|(blake3, sha256)| HashPair { blake3, sha256 });
        let whole = HashPair { blake3: blake.whole, sha256: sha.whole };
        Some(Digested { whole, pieces: pieces.collect() })
    }
}

/// Cuts bytes at the ends of pieces, of which the first has `done` bytes already.
fn by_piece(mut done: u64, mut bytes: &[u8], mut each: impl FnMut(&[u8], bool)) {
    while !bytes.is_empty() {
        let len = usize::try_from(PIECE - done).unwrap_or(usize::MAX).min(bytes.len());
        done += len as u64;
        each(&bytes[..len], done == PIECE);
        done %= PIECE;
        bytes = &bytes[len..];
    }
}

#[derive(Default)]
struct Blake {
    branches: Branches,
    /// Of the piece that is not whole yet: its digest, and its value in the tree.
    piece: blake3::Hasher,
    branch: blake3::Hasher,
}

impl Blake {
    fn of(state: &HashState) -> Option<Self> {
        let pairs = state.pieces.iter().zip(&state.branches);
        let branches: Option<Vec<_>> = pairs
            .map(|(pair, branch)| Some((pair.blake3.clone(), unhex(branch)?.try_into().ok()?)))
            .collect();
        let branches = Branches(branches.filter(|all| all.len() == state.pieces.len())?);
        let mut blake = Blake { branches, ..Blake::default() };
        blake.begin_branch();
        Some(blake)
    }

    fn begin_branch(&mut self) {
        self.piece.reset();
        self.branch = blake3::Hasher::new();
        self.branch.set_input_offset(self.branches.0.len() as u64 * PIECE);
    }

    fn feed(&mut self, bytes: &[u8]) {
        by_piece(self.piece.count(), bytes, |bytes, is_whole| {
            self.piece.update(bytes);
            self.branch.update(bytes);
            if is_whole {
                let digest = self.piece.finalize().to_hex().to_string();
                self.branches.0.push((digest, self.branch.finalize_non_root()));
                self.begin_branch();
            }
        });
    }

    fn says(&self) -> BlakeSays {
        let has_rest = self.piece.count() > 0;
        let last = has_rest.then(|| self.piece.finalize().to_hex().to_string());
        let mut values: Vec<ChainingValue> =
            self.branches.0.iter().map(|(_, value)| *value).collect();
        values.extend(has_rest.then(|| self.branch.finalize_non_root()));
        let whole = match (root(&values), &last, self.branches.0.first()) {
            (Some(root), ..) => root,
            (None, Some(last), _) | (None, None, Some((last, _))) => last.clone(),
            (None, None, None) => blake3::hash(&[]).to_hex().to_string(),
        };
        BlakeSays { branches: self.branches.clone(), whole, last }
    }
}

/// The root over branches of [`PIECE`] bytes each, but the last; nothing where one branch is all.
///
/// Source: the BLAKE3 paper, section 2.1: left branches are whole and as large as can be.
fn root(values: &[ChainingValue]) -> Option<String> {
    let mut stack: Vec<(ChainingValue, u32)> = Vec::new();
    let (last, before) = values.split_last()?;
    for value in before {
        let mut whole = (*value, 0);
        while let Some((left, height)) = stack.pop_if(|(_, height)| *height == whole.1) {
            whole = (merge_subtrees_non_root(&left, &whole.0, Mode::Hash), height + 1);
        }
        stack.push(whole);
    }
    let mut right = *last;
    while let Some((left, _)) = stack.pop() {
        if stack.is_empty() {
            return Some(merge_subtrees_root(&left, &right, Mode::Hash).to_hex().to_string());
        }
        right = merge_subtrees_non_root(&left, &right, Mode::Hash);
    }
    None
}

#[derive(Default)]
struct Sha {
    whole: Sha256,
    piece: Sha256,
    /// Bytes of the piece that is not whole yet.
    done: u64,
    pieces: Vec<String>,
    /// After the last whole piece.
    state: String,
}

impl Sha {
    fn of(state: &HashState) -> Option<Self> {
        let pieces: Vec<String> = state.pieces.iter().map(|pair| pair.sha256.clone()).collect();
        if pieces.is_empty() {
            return Some(Sha::default());
        }
        let bytes = unhex(&state.sha256)?;
        let whole = Sha256::deserialize(&bytes.as_slice().try_into().ok()?).ok()?;
        Some(Sha { whole, pieces, state: state.sha256.clone(), ..Sha::default() })
    }

    fn feed(&mut self, bytes: &[u8]) {
        by_piece(self.done, bytes, |bytes, is_whole| {
            self.whole.update(bytes);
            self.piece.update(bytes);
            self.done += bytes.len() as u64;
            if is_whole {
                self.pieces.push(hex(&self.piece.finalize_reset()));
                self.done = 0;
                self.state = hex(&self.whole.serialize());
            }
        });
    }

    fn says(&self) -> ShaSays {
        ShaSays {
            pieces: self.pieces.clone(),
            state: self.state.clone(),
            whole: hex(&self.whole.clone().finalize()),
            last: (self.done > 0).then(|| hex(&self.piece.clone().finalize())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::buffer::Pool;
    use super::*;

    /// The digests of `bytes`, fed by `step` bytes; interrupted and resumed where `is_resumed`.
    fn of(bytes: &[u8], step: usize, is_resumed: bool) -> Digested {
        let pool = Arc::new(Pool::default());
        let mut hashing = Hashing::start(None).unwrap();
        while hashing.at < bytes.len() as u64 {
            let at = hashing.at as usize;
            let part = &bytes[at..bytes.len().min(at + step)];
            let mut buffer = pool.take(part.len());
            buffer.bytes_mut().copy_from_slice(part);
            hashing.feed(&Arc::new(buffer));
            if is_resumed && hashing.at.is_multiple_of(PIECE) {
                hashing = resumed(hashing);
            }
        }
        hashing.finish().unwrap()
    }

    /// Written down and read back.
    fn resumed(mut hashing: Hashing) -> Hashing {
        hashing.ask_state();
        let state = loop {
            if let Some(state) = hashing.state() {
                break state;
            }
            std::thread::yield_now();
        };
        assert_eq!(state.len(), hashing.at);
        let text = serde_json::to_string(&state).unwrap();
        Hashing::start(Some(&serde_json::from_str(&text).unwrap())).unwrap()
    }

    #[test]
    fn digests_are_those_of_the_whole_and_of_each_piece() {
        let piece = PIECE as usize;
        for len in [0, 1, piece - 1, piece, piece + 1, 3 * piece + 5] {
            let bytes: Vec<u8> =
                (0..len as u64).map(|at| (at.wrapping_mul(0x9e37_79b9) >> 24) as u8).collect();
            let pair = |bytes: &[u8]| HashPair {
                blake3: blake3::hash(bytes).to_hex().to_string(),
                sha256: hex(&Sha256::digest(bytes)),
            };
            let pieces = bytes.chunks(piece).map(pair).collect();
            let expected = Digested { whole: pair(&bytes), pieces };
            assert_eq!(of(&bytes, (1 << 20) + 4096, false), expected, "{len}");
            assert_eq!(of(&bytes, piece, true), expected, "{len}, resumed");
        }
    }
}
