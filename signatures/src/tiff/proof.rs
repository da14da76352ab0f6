//! Decodes the strips and tiles of a file to tell which are its own.

use super::decode::{self, Coding, Outcome};
use super::extent::Settled;
use super::layout::Lens;
use super::picture::Picture;
use crate::jpeg::strip::Strips;
use crate::verdict::{Grade, Span, Verdict};
use crate::view::View;

/// Bytes that the strips of one file may decode to before no more of them are looked at: a bomb
/// must not cost more than its own bytes. A 300-megapixel picture of 16-bit RGB fits twice.
const MOST_DECODED: u64 = 4 << 30;

/// What a part counts against that limit at least, in bytes: a decoder must be made for it.
const LEAST_COST: u64 = 16 << 10;

/// More proven ranges than this are not listed one by one, to keep verdicts short.
const MOST_PROVEN: usize = 1024;

/// A part that was looked at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Checked {
    /// Where it lies.
    pub span: Span,
    /// What became of it.
    pub outcome: Outcome,
    /// How much of the full-size pictures it is.
    pub weight: u64,
}

/// What decoding told.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Proof {
    /// Parts that were looked at, in the file's order; no byte is looked at twice.
    pub checked: Vec<Checked>,
    /// How much the full-size pictures are, if all parts of them are checked.
    pub total: Option<u64>,
    /// Whether all of the full-size pictures is proven.
    pub complete: bool,
}

/// A part with what is needed to decode it.
struct Task<'p> {
    span: Span,
    picture: &'p Picture,
    /// Which of the pictures it is of.
    number: usize,
    /// Which of its parts it is.
    index: usize,
    full: bool,
}

/// Decodes the parts of `pictures` as far as they are believed.
pub fn prove(
    view: &mut View<'_>,
    pictures: &[Picture],
    main: Option<usize>,
    settled: &Settled,
) -> Proof {
    let mut proof = Proof { complete: true, total: Some(0), ..Proof::default() };
    let mut tasks = Vec::new();
    // Beside sensor data everything else is a rendering of it.
    let sensor = main.and_then(|index| pictures.get(index)).is_some_and(|one| one.sensor);
    for (at, picture) in pictures.iter().enumerate() {
        let full = main == Some(at) || !(sensor || picture.reduced);
        proof.complete &= picture.implausible == 0 || !full;
        if main != Some(at) && picture.whole().is_some() {
            continue;
        }
        let parts = picture.parts.iter().enumerate();
        tasks.extend(parts.map(|(index, &span)| Task { span, picture, number: at, index, full }));
    }
    tasks.sort_by_key(|task| (task.span, !task.full));
    let mut tables: Vec<Option<Strips>> = pictures.iter().map(|_| None).collect();
    let (mut reach, mut decoded) = (0, 0u64);
    for task in tasks {
        if proof.checked.last().is_some_and(|one| one.span == task.span) {
            continue;
        }
        let missing = task.span.at >= settled.end;
        let known = task.span.at >= reach && !missing && decoded <= MOST_DECODED;
        let outcome = if known { look(view, &task, &mut tables[task.number]) } else { None };
        decoded = decoded.saturating_add(task.weight().max(LEAST_COST));
        let weight = if task.full { task.weight() } else { 0 };
        if task.full {
            let checked = outcome.is_some() || (missing && task.picture.coded.coding.is_some());
            let known = if checked { proof.total } else { None };
            proof.total = known.map(|sum| sum.saturating_add(weight));
            proof.complete &= outcome.is_some_and(|outcome| outcome.proven.is_some());
        }
        if let Some(outcome) = outcome {
            reach = task.span.end();
            proof.checked.push(Checked { span: task.span, outcome, weight });
        }
    }
    proof.complete &= proof.total.is_some_and(|total| total > 0);
    proof
}

impl Task<'_> {
    fn lens(&self) -> Option<Lens> {
        let coded = &self.picture.coded;
        coded.layout.as_ref()?.lens(*coded.numbers.get(self.index)?)
    }

    /// How much of the picture the part is.
    fn weight(&self) -> u64 {
        self.lens().map_or(self.span.len, |lens| lens.own)
    }
}

/// Decodes one part, if its coding is checked.
fn look(view: &mut View<'_>, task: &Task<'_>, own: &mut Option<Strips>) -> Option<Outcome> {
    let coded = &task.picture.coded;
    match coded.coding? {
        Coding::Jpeg => {
            let strips = own.get_or_insert_with(|| decode::strips(view, coded.tables));
            Some(decode::jpeg(view, strips, task.span))
        }
        coding => {
            let lens = task.lens()?;
            let plain = coding != Coding::Lzw || !is_old_lzw(view, task.span);
            plain.then(|| decode::bytes(view, coding, task.span, lens))
        }
    }
}

/// Whether the codes begin at the lowest bit, as early writers had them: the first code empties
/// the table.
///
/// Source: libtiff, tif_lzw.c.
fn is_old_lzw(view: &mut View<'_>, part: Span) -> bool {
    view.array::<2>(part.at).is_ok_and(|start| start[0] == 0 && start[1] & 1 == 1)
}

impl Proof {
    /// Tells of what failed and raises the grade where nothing did.
    pub fn tell(&self, verdict: &mut Verdict) {
        if self.checked.is_empty() {
            return;
        }
        let faults = self.checked.iter().filter_map(|one| one.outcome.fault);
        let len = verdict.len;
        for (at, what) in faults.filter(|&(at, _)| at <= len) {
            verdict.note(at, what);
            verdict.grade = verdict.grade.min(Grade::Damaged);
        }
        let odd = self.checked.iter().filter_map(|one| one.outcome.odd);
        odd.for_each(|(at, what)| verdict.note(at, what));
        verdict.proof = "directories and values; strips and tiles decoded where there is a check";
        if verdict.grade == Grade::Partial && verdict.share != Some(0.0) {
            verdict.share = self.share(len);
        }
        if verdict.grade == Grade::Structural && self.complete {
            verdict.grade = Grade::Verified;
            verdict.proof = "directories and values; every strip or tile decoded to its exact end";
        }
    }

    /// Which part of the full-size pictures was decoded before byte `end`, if that is known.
    fn share(&self, end: u64) -> Option<f32> {
        let total = self.total.filter(|&total| total > 0)?;
        let before = self.checked.iter().take_while(|one| one.span.at < end);
        let shares = before.map(|one| one.weight as f64 * f64::from(one.outcome.share));
        Some((shares.sum::<f64>() / total as f64) as f32)
    }

    /// The part of the file's first `end` bytes that is proven, in order: nothing after the first
    /// fault, since what is foreign there may hold whole strips.
    pub fn proven(&self, end: u64) -> Vec<Span> {
        let mut out: Vec<Span> = Vec::new();
        let sound = self.checked.iter().take_while(|one| one.outcome.fault.is_none());
        for span in sound.filter_map(|one| one.outcome.proven) {
            match out.last_mut() {
                Some(last) if span.at <= last.end() => *last = Span::between(last.at, span.end()),
                _ => out.push(span),
            }
        }
        out.retain(|span| span.end() <= end);
        if out.len() > MOST_PROVEN {
            out.sort_by_key(|span| std::cmp::Reverse(span.len));
            out.truncate(MOST_PROVEN);
            out.sort_unstable();
        }
        out
    }

    /// The first byte that is not the file's own, given where the structure shows last that it is
    /// whole: the first fault after which nothing decodes.
    pub fn cut(&self, evidence: u64) -> Option<u64> {
        let sound = self.checked.iter().rposition(|one| one.outcome.fault.is_none());
        let tail = self.checked.get(sound.map_or(0, |at| at + 1)..)?;
        let faults = tail.iter().filter_map(|one| one.outcome.fault);
        faults.map(|(at, _)| at).find(|&at| at > evidence)
    }
}
