//! Which of two volumes that lie across each other is lost.

use afterimage_signatures::verdict::Span;

use crate::volumes::survey::volume::Volume;

/// What is wrong with a volume that another one lies across, neither of which can be told wrong.
const CONTESTED: &str = "another volume that is damaged lies there as well";

/// Adds a volume, and settles which is lost of those that lie across each other.
pub(super) fn admit(volumes: &mut Vec<Volume>, mut new: Volume) {
    let span = new.contents.span;
    let mut rivals: Vec<(Precedence, &mut Volume)> = volumes
        .iter_mut()
        .filter(|known| !known.lost && overlap(known.contents.span, span))
        .map(|known| (precedence(known, &new), known))
        .collect();
    let is_any = |wanted| rivals.iter().any(|(precedence, _)| *precedence == wanted);
    new.lost = is_any(Precedence::Known);
    if !new.lost && is_any(Precedence::Contested) {
        new.contents.faults.push(CONTESTED.to_owned());
    }
    if !new.lost {
        let beaten = rivals.iter_mut().filter(|(precedence, _)| *precedence == Precedence::New);
        beaten.for_each(|(_, known)| known.lost = true);
    }
    volumes.push(new);
}

/// Which of a known volume and a new one across it is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Precedence {
    /// The known one: the new one is lost.
    Known,
    /// The new one: the known one is lost.
    New,
    /// Nobody can tell; the new one is not to be relied on, as the known one is not.
    Contested,
}

/// What lies in a file of another volume is lost. Else what a table leads to is believed before what
/// merely begins somewhere, what is sound before what is not, and the first of two that are equal: but
/// a damaged one that no table leads to makes no sound one lost.
fn precedence(known: &Volume, new: &Volume) -> Precedence {
    let is_claimed = new.partition.is_some() && known.partition.is_none();
    match (known.is_sound(), new.is_sound()) {
        _ if known.owns(new.contents.span.at) => Precedence::Known,
        (_, true) if is_claimed => Precedence::New,
        (true, _) => Precedence::Known,
        (false, false) if !is_claimed => Precedence::Known,
        (false, _) => Precedence::Contested,
    }
}

fn overlap(one: Span, other: Span) -> bool {
    one.at < other.end() && other.at < one.end()
}
