//! Mappings that outlive their file.
//!
//! Touching a mapped page that the file does not have any more, or that its disk cannot read,
//! raises SIGBUS, which kills a process. Here a handler looks the address up among our mappings,
//! puts a page of zeros in its place and notes that it did; the thread goes on as if nothing had
//! happened. Addresses that are not ours go to the handler that was there before.
//!
//! The handler runs between any two instructions of any thread, so it takes no lock, allocates
//! nothing and calls only `fstat`, `mmap`, `sigaction` and `raise`.
//!
//! A system call that is given such a page as its input fails with `EFAULT` instead of raising the
//! signal: read a range before it is passed on to `write`.
#![expect(
    unsafe_code,
    reason = "mapping a file, letting go of its pages and answering a signal have no safe interface"
)]

use std::ffi::{c_int, c_void};
use std::fs::File;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, RawFd};
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicU64, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use afterimage_signatures::verdict::Span;
use memmap2::{Mmap, UncheckedAdvice};
use rayon::prelude::*;

use crate::source::unreadable::UnreadableRanges;

/// Most mappings at once.
const SLOTS: usize = 64;
/// Faults that replace one page each before a fault replaces twice as many, and so on: a process
/// may have some 65,000 mappings (Linux, `vm.max_map_count`), and each lone page costs two.
const FAULTS_A_STEP: usize = 1024;
/// Bytes that a thread lets go of at once.
const PIECE: usize = 32 << 20;
/// Marks a note as written, since page 0 is a page too.
const WRITTEN: u64 = 1 << 63;
/// Bits of a note that hold the binary logarithm of the number of pages.
const STEP_BITS: u32 = 6;

/// A regular file mapped for reading, whose missing pages read as zeros.
pub(super) struct GuardedMap {
    map: Mmap,
    file: File,
    faults: Arc<Faults>,
    slot: &'static MapSlot,
    /// What was unreadable after so many faults.
    known: Mutex<(usize, Vec<Span>)>,
}

impl GuardedMap {
    /// Maps all of `file`; hands it back when the table of mappings is full.
    pub(super) fn new(file: File) -> io::Result<Result<Self, File>> {
        install()?;
        // SAFETY: The mapping is read-only and private to this object. That its bytes change when
        // somebody else writes to the file cannot be kept out; nothing here or in the formats
        // relies on reading a byte twice alike for memory safety, as all bounds come from the
        // mapping's length. This reasoning is the usual one for mapped files, and no proof.
        let map = unsafe { Mmap::map(&file)? };
        let faults = Arc::new(Faults::new(&file, map.len()));
        let Some(slot) = MapSlot::claim(&map, &faults) else {
            return Ok(Err(file));
        };
        Ok(Ok(GuardedMap { map, file, faults, slot, known: Mutex::default() }))
    }

    /// All bytes.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.map
    }

    /// The file.
    pub(super) fn file(&self) -> &File {
        &self.file
    }

    /// Whether a page was touched that the file was found not to have any more.
    pub(super) fn has_shrunk(&self) -> bool {
        let now = || self.file.metadata().map_or(0, |metadata| metadata.len());
        self.faults.count.load(SeqCst) > 0 && now() < self.map.len() as u64
    }

    /// The first range that shares a byte with `span` and was replaced by zeros, or that the file was found
    /// not to have any more when a page of it was touched.
    pub(super) fn unreadable_in(&self, span: Span) -> Option<Span> {
        let count = self.faults.count.load(SeqCst);
        if count == 0 {
            return None;
        }
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.0 != count {
            // A fault is noted a moment after it was counted: what may lack one is not kept.
            let noted = self.faults.notes().count();
            *known = (if noted == count { count } else { 0 }, self.unreadable());
        }
        let first = known.1.partition_point(|range| range.end() <= span.at);
        known.1.get(first).copied().filter(|range| range.at < span.end() && span.len > 0)
    }

    /// What was replaced by zeros so far, and what the file does not have any more.
    pub(super) fn unreadable(&self) -> Vec<Span> {
        let len = self.map.len() as u64;
        let unreadable = UnreadableRanges::default();
        for span in self.faults.notes() {
            unreadable.add(Span::between(span.at, span.end().min(len)));
        }
        // The last page of a file that was cut within it has zeros and raises no signal.
        let now = self.file.metadata().map_or(len, |metadata| metadata.len());
        unreadable.add(Span::between(now.min(self.faults.end.load(SeqCst)), len));
        unreadable.list()
    }
}

impl Drop for GuardedMap {
    fn drop(&mut self) {
        self.slot.release();
        // To unmap millions of pages takes time, in which the kernel uses one processor: in a pool of threads, they let go
        // of the pages side by side. Only Linux does so when it is told.
        let pieces = self.map.len().div_ceil(PIECE);
        if cfg!(target_os = "linux") && pieces > 1 && rayon::current_thread_index().is_some() {
            (0..pieces).into_par_iter().for_each(|piece| let_go(&self.map, piece * PIECE));
        }
    }
}

/// Lets go of [`PIECE`] bytes from `at` on of a mapping that nobody reads any more.
fn let_go(map: &Mmap, at: usize) {
    let len = PIECE.min(map.len() - at);
    // SAFETY: The mapping is being dropped, so that no reference into it is left that could see its bytes change: a page that
    // is let go of is read again from its file, and one that the handler put in its place would be zeros. A kernel that
    // refuses unmaps them later.
    drop(unsafe { map.unchecked_advise_range(UncheckedAdvice::DontNeed, at, len) });
}

/// What the handler knows and notes about one mapping.
struct Faults {
    fd: RawFd,
    /// Bytes a page.
    page: usize,
    /// Length of the mapping in bytes.
    len: usize,
    /// How often the handler was here.
    count: AtomicUsize,
    /// One note a fault: see [`Faults::note`].
    notes: Box<[AtomicU64]>,
    /// Everything from this byte on was replaced: the file was found to end here.
    end: AtomicU64,
}

impl Faults {
    fn new(file: &File, len: usize) -> Self {
        // SAFETY: `sysconf` reads no memory of ours.
        let page = usize::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).unwrap_or(4096);
        // So many steps cover all pages; one more for threads that fault on the same page.
        let steps = (len / page / FAULTS_A_STEP + 1).ilog2() as usize + 2;
        let notes = (0..steps * FAULTS_A_STEP).map(|_| AtomicU64::new(0)).collect();
        let (count, end) = (AtomicUsize::new(0), AtomicU64::new(u64::MAX));
        Faults { fd: file.as_raw_fd(), page, len, count, notes, end }
    }

    /// Replaces the page that holds byte `at` of the mapping, and what is certainly unreadable with it.
    /// Returns the range to replace: first byte and length, both whole pages.
    fn note(&self, at: usize) -> (usize, usize) {
        let at = at - at % self.page;
        let rest = self.len.next_multiple_of(self.page) - at;
        let count = self.count.fetch_add(1, SeqCst);
        let file_end = file_len(self.fd).filter(|len| *len <= at as u64);
        if let Some(file_end) = file_end {
            self.end.fetch_min(file_end, SeqCst);
            return (at, rest);
        }
        let Some(note) = self.notes.get(count) else {
            self.end.fetch_min(at as u64, SeqCst);
            return (at, rest);
        };
        let step = count / FAULTS_A_STEP;
        note.store(WRITTEN | ((at / self.page) as u64) << STEP_BITS | step as u64, SeqCst);
        (at, rest.min(self.page << step))
    }

    /// The ranges that were noted, in the order of the faults; they may overlap.
    fn notes(&self) -> impl Iterator<Item = Span> + '_ {
        let count = self.count.load(SeqCst);
        self.notes.iter().take(count).map(|note| note.load(SeqCst)).filter(|note| *note != 0).map(
            |note| {
                let pages = 1u64 << (note & ((1 << STEP_BITS) - 1));
                let at = ((note & !WRITTEN) >> STEP_BITS) * self.page as u64;
                Span { at, len: pages * self.page as u64 }
            },
        )
    }
}

/// Length of a file in bytes. Called by the handler: `fstat` is safe there (POSIX.1-2017, 2.4.3).
fn file_len(fd: RawFd) -> Option<u64> {
    let mut stat = MaybeUninit::<libc::stat>::uninit();
    // SAFETY: `stat` has room for what is written to it, and a bad descriptor is only an error.
    let done = unsafe { libc::fstat(fd, stat.as_mut_ptr()) } == 0;
    // SAFETY: On success all of `stat` is written.
    let size = done.then(|| unsafe { stat.assume_init() }.st_size)?;
    u64::try_from(size).ok()
}

/// A slot of the table of mappings.
///
/// Its fields belong together, so a writer makes `version` odd while it changes them, and a
/// reader that sees it odd or changed looks elsewhere: the slot that it is looking for does not
/// change, since the thread that faulted is still borrowing its mapping.
struct MapSlot {
    version: AtomicUsize,
    /// First address, or 0 when the slot is free.
    base: AtomicUsize,
    /// Length in bytes.
    len: AtomicUsize,
    faults: AtomicPtr<Faults>,
}

static TABLE: [MapSlot; SLOTS] = [const { MapSlot::free() }; SLOTS];
/// Held by whoever changes the table; never by the handler.
static WRITER: Mutex<()> = Mutex::new(());

impl MapSlot {
    const fn free() -> Self {
        MapSlot {
            version: AtomicUsize::new(0),
            base: AtomicUsize::new(0),
            len: AtomicUsize::new(0),
            faults: AtomicPtr::new(ptr::null_mut()),
        }
    }

    fn claim(map: &Mmap, faults: &Arc<Faults>) -> Option<&'static MapSlot> {
        let _writer = WRITER.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = TABLE.iter().find(|slot| slot.base.load(SeqCst) == 0)?;
        slot.set(map.as_ptr() as usize, map.len(), Arc::as_ptr(faults).cast_mut());
        Some(slot)
    }

    fn release(&self) {
        let _writer = WRITER.lock().unwrap_or_else(PoisonError::into_inner);
        self.set(0, 0, ptr::null_mut());
    }

    fn set(&self, base: usize, len: usize, faults: *mut Faults) {
        self.version.fetch_add(1, SeqCst);
        self.base.store(base, SeqCst);
        self.len.store(len, SeqCst);
        self.faults.store(faults, SeqCst);
        self.version.fetch_add(1, SeqCst);
    }

    /// First address and faults of the mapping that holds `address`, if it is this one.
    fn holding(&self, address: usize) -> Option<(usize, *const Faults)> {
        let version = self.version.load(SeqCst);
        let (base, len) = (self.base.load(SeqCst), self.len.load(SeqCst));
        let faults = self.faults.load(SeqCst);
        let steady = version.is_multiple_of(2) && self.version.load(SeqCst) == version;
        let held = base != 0 && address.checked_sub(base).is_some_and(|at| at < len);
        (steady && held).then_some((base, faults.cast_const()))
    }
}

/// What SIGBUS did before.
static PREVIOUS: OnceLock<libc::sigaction> = OnceLock::new();

/// Installs the handler, once.
fn install() -> io::Result<()> {
    let _writer = WRITER.lock().unwrap_or_else(PoisonError::into_inner);
    if PREVIOUS.get().is_some() {
        return Ok(());
    }
    let mut previous = MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: Nothing is installed; `previous` has room for what is written to it.
    if unsafe { libc::sigaction(libc::SIGBUS, ptr::null(), previous.as_mut_ptr()) } != 0 {
        return Err(io::Error::last_os_error());
    }
    // Known before the handler can run, which may need it at once.
    // SAFETY: `sigaction` is plain data for which zeros are valid, and it was written to.
    PREVIOUS.get_or_init(|| unsafe { previous.assume_init() });
    let handler: extern "C" fn(c_int, *mut libc::siginfo_t, *mut c_void) = on_sigbus;
    // SAFETY: Zeros are valid for every field: no flags, an empty mask, no handler.
    let mut action: libc::sigaction = unsafe { MaybeUninit::zeroed().assume_init() };
    action.sa_sigaction = handler as usize;
    action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
    // SAFETY: `action` is complete, its handler has the signature that SA_SIGINFO asks for and
    // calls only what a handler may call.
    if unsafe { libc::sigaction(libc::SIGBUS, &action, ptr::null_mut()) } != 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

extern "C" fn on_sigbus(_signal: c_int, info: *mut libc::siginfo_t, _context: *mut c_void) {
    // SAFETY: The kernel passes a valid `siginfo_t` to a handler installed with SA_SIGINFO; its
    // address is only used when the kernel raised the signal, and reading it is sound always.
    let (code, address) = unsafe { ((*info).si_code, (*info).si_addr() as usize) };
    // Codes of the kernel are positive; others were sent by a process and carry no address.
    let sent = code <= 0;
    if !sent && replace(address) {
        return;
    }
    if let Some(previous) = PREVIOUS.get() {
        // SAFETY: `previous` is what `sigaction` gave us. The access is tried again when this
        // handler returns, and then meets the previous handler.
        unsafe { libc::sigaction(libc::SIGBUS, previous, ptr::null_mut()) };
    }
    if sent {
        // SAFETY: `raise` may be called by a handler. The signal comes again after the return.
        unsafe { libc::raise(libc::SIGBUS) };
    }
}

/// Puts zeros where `address` points if it is in one of our mappings; whether that was done.
fn replace(address: usize) -> bool {
    let Some((base, faults)) = TABLE.iter().find_map(|slot| slot.holding(address)) else {
        return false;
    };
    // SAFETY: `address` is in a mapping whose slot held steady, and the thread that touched it
    // borrows the `GuardedMap` that owns both until this handler has returned.
    let faults = unsafe { &*faults };
    let (at, len) = faults.note(address - base);
    // SAFETY: `base + at .. + len` are whole pages of a mapping that we own and that nobody
    // writes to. They stay readable throughout; what other threads read in them becomes zero,
    // which is within what `GuardedMap::new` says of bytes that change.
    let placed = unsafe {
        libc::mmap(
            (base + at) as *mut c_void,
            len,
            libc::PROT_READ,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_FIXED,
            -1,
            0,
        )
    };
    placed != libc::MAP_FAILED
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_of_any_step_are_read_back() {
        let file = tempfile::tempfile().unwrap();
        let page = Faults::new(&file, 1).page;
        file.set_len(1 << 40).unwrap();
        let faults = Faults::new(&file, 1 << 40);
        assert_eq!(faults.note(5 * page + 1), (5 * page, page));
        faults.count.store(3 * FAULTS_A_STEP, SeqCst);
        assert_eq!(faults.note(64 * page), (64 * page, 8 * page));
        assert_eq!(faults.note(0), (0, 8 * page));
        let spans: Vec<_> = faults.notes().map(|span| span.at as usize / page).collect();
        assert_eq!(spans, [5, 64, 0]);
        assert_eq!(faults.end.load(SeqCst), u64::MAX);
    }

    #[test]
    fn a_file_that_ends_before_the_fault_is_unreadable_to_its_end() {
        let file = tempfile::tempfile().unwrap();
        let page = Faults::new(&file, 1).page;
        file.set_len(page as u64 + 7).unwrap();
        let faults = Faults::new(&file, 9 * page + 1);
        assert_eq!(faults.note(3 * page + 9), (3 * page, 7 * page));
        assert_eq!(faults.end.load(SeqCst), page as u64 + 7);
        assert_eq!(faults.notes().count(), 0);
    }

    #[test]
    fn more_faults_than_notes_give_up_the_rest() {
        let file = tempfile::tempfile().unwrap();
        let page = Faults::new(&file, 1).page;
        file.set_len(100 * page as u64).unwrap();
        let faults = Faults::new(&file, 100 * page);
        faults.count.store(usize::MAX / 2, SeqCst);
        assert_eq!(faults.note(10 * page), (10 * page, 90 * page));
        assert_eq!(faults.end.load(SeqCst), 10 * page as u64);
    }

    /// Runs the test `name` again in a process of its own and returns the signal that ended it.
    fn signal_that_ends(name: &str) -> Option<i32> {
        use std::os::unix::process::ExitStatusExt;

        let program = std::env::current_exe().unwrap();
        let mut child = std::process::Command::new(program);
        child.args(["--exact", &format!("source::mapped::guard::tests::{name}")]);
        child.env(VICTIM, name).output().unwrap().status.signal()
    }

    /// Set for a process that is meant to be killed.
    const VICTIM: &str = "AFTERIMAGE_TEST_VICTIM";

    fn guarded() -> (GuardedMap, File) {
        let file = tempfile::tempfile().unwrap();
        file.set_len(1 << 20).unwrap();
        let map = GuardedMap::new(file.try_clone().unwrap()).unwrap();
        (map.unwrap_or_else(|_| panic!("there is room for one")), file)
    }

    #[test]
    fn a_fault_in_a_foreign_mapping_still_kills() {
        if std::env::var_os(VICTIM).is_some() {
            let (_map, file) = guarded();
            // SAFETY: Nobody else has the file, and touching what is cut off is meant to kill.
            let foreign = unsafe { Mmap::map(&file).unwrap() };
            file.set_len(0).unwrap();
            std::process::exit(foreign.iter().map(|byte| i32::from(*byte)).sum());
        }
        let signal = signal_that_ends("a_fault_in_a_foreign_mapping_still_kills");
        assert_eq!(signal, Some(libc::SIGBUS));
    }

    #[test]
    fn a_signal_that_was_sent_still_kills() {
        if std::env::var_os(VICTIM).is_some() {
            let (_map, _file) = guarded();
            // The first one meets the handler of the standard library, which steps aside.
            for _ in 0..2 {
                // SAFETY: Sending oneself a signal touches no memory.
                unsafe { libc::raise(libc::SIGBUS) };
            }
            std::process::exit(0);
        }
        let signal = signal_that_ends("a_signal_that_was_sent_still_kills");
        assert_eq!(signal, Some(libc::SIGBUS));
    }
}
