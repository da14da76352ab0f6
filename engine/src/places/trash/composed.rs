//! One way to write letters with marks.
//!
//! macOS writes a name with the marks after their letters, others write one character for both; a copy of a
//! folder may have its names in the other way than the notes in it.

/// Marks, the letters that they follow, and the characters for both, in the same order: those of Latin
/// alphabets and of Japanese.
///
/// Source: Unicode, canonical decompositions.
const MARKED: [(char, &str, &str); 17] = [
    ('\u{300}', "AEINOUWYaeinouwyÂÊÔÜâêôüĂăĒēŌōƠơƯư", "ÀÈÌǸÒÙẀỲàèìǹòùẁỳẦỀỒǛầềồǜẰằḔḕṐṑỜờỪừ"),
    (
        '\u{301}',
        "ACEGIKLMNOPRSUWYZacegiklmnoprsuwyzÂÅÆÇÊÏÔÕØÜâåæçêïôõøüĂăĒēŌōŨũƠơƯư",
        "ÁĆÉǴÍḰĹḾŃÓṔŔŚÚẂÝŹáćéǵíḱĺḿńóṕŕśúẃýźẤǺǼḈẾḮỐṌǾǗấǻǽḉếḯốṍǿǘẮắḖḗṒṓṸṹỚớỨứ",
    ),
    ('\u{302}', "ACEGHIJOSUWYZaceghijosuwyzẠạẸẹỌọ", "ÂĈÊĜĤÎĴÔŜÛŴŶẐâĉêĝĥîĵôŝûŵŷẑẬậỆệỘộ"),
    ('\u{303}', "AEINOUVYaeinouvyÂÊÔâêôĂăƠơƯư", "ÃẼĨÑÕŨṼỸãẽĩñõũṽỹẪỄỖẫễỗẴẵỠỡỮữ"),
    ('\u{304}', "AEGIOUaegiouÄÆÜäæüǪǫȦȧḶḷṚṛ", "ĀĒḠĪŌŪāēḡīōūǞǢǕǟǣǖǬǭǠǡḸḹṜṝ"),
    ('\u{306}', "AEGIOUaegiouȨȩẠạ", "ĂĔĞĬŎŬăĕğĭŏŭḜḝẶặ"),
    (
        '\u{307}',
        "BCDEFGHIMNPRSTWXYZbcdefghmnprstwxyzŚśŠšſṢṣ",
        "ḂĊḊĖḞĠḢİṀṄṖṘṠṪẆẊẎŻḃċḋėḟġḣṁṅṗṙṡṫẇẋẏżṤṥṦṧẛṨṩ",
    ),
    ('\u{308}', "AEHIOUWXYaehiotuwxyÕõŪū", "ÄËḦÏÖÜẄẌŸäëḧïöẗüẅẍÿṎṏṺṻ"),
    ('\u{309}', "AEIOUYaeiouyÂÊÔâêôĂăƠơƯư", "ẢẺỈỎỦỶảẻỉỏủỷẨỂỔẩểổẲẳỞởỬử"),
    ('\u{30a}', "AUauwy", "ÅŮåůẘẙ"),
    ('\u{30b}', "OUou", "ŐŰőű"),
    ('\u{30c}', "ACDEGHIKLNORSTUZacdeghijklnorstuzÜüƷʒ", "ǍČĎĚǦȞǏǨĽŇǑŘŠŤǓŽǎčďěǧȟǐǰǩľňǒřšťǔžǙǚǮǯ"),
    (
        '\u{323}',
        "ABDEHIKLMNORSTUVWYZabdehiklmnorstuvwyzƠơƯư",
        "ẠḄḌẸḤỊḲḶṂṆỌṚṢṬỤṾẈỴẒạḅḍẹḥịḳḷṃṇọṛṣṭụṿẉỵẓỢợỰự",
    ),
    ('\u{327}', "CDGHKLNRSTcdghklnrst", "ÇḐĢḨĶĻŅŖŞŢçḑģḩķļņŗşţ"),
    ('\u{328}', "AEIOUaeiou", "ĄĘĮǪŲąęįǫų"),
    (
        '\u{3099}',
        "うかきくけこさしすせそたちつてとはひふへほゝウカキクケコサシスセソタチツテトハヒフヘホワヰヱヲヽ",
        "ゔがぎぐげござじずぜぞだぢづでどばびぶべぼゞヴガギグゲゴザジズゼゾダヂヅデドバビブベボヷヸヹヺヾ",
    ),
    ('\u{309a}', "はひふへほハヒフヘホ", "ぱぴぷぺぽパピプペポ"),
];

/// Hangul: the first leading consonant, vowel and trailing one (none stands before it), and how many there are.
///
/// Source: Unicode Standard, 3.12, "Conjoining Jamo Behavior".
mod hangul {
    pub(super) const SYLLABLE: u32 = 0xac00;
    pub(super) const LEADING: u32 = 0x1100;
    pub(super) const VOWEL: u32 = 0x1161;
    pub(super) const TRAILING: u32 = 0x11a7;
    pub(super) const LEADINGS: u32 = 19;
    pub(super) const VOWELS: u32 = 21;
    pub(super) const TRAILINGS: u32 = 28;
}

/// A text with each letter and the mark after it as one character, where there is one.
pub(super) fn composed(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for next in text.chars() {
        let both = if next.is_ascii() {
            None
        } else {
            out.chars().next_back().and_then(|last| joined(last, next))
        };
        if both.is_some() {
            out.pop();
        }
        out.push(both.unwrap_or(next));
    }
    out
}

fn joined(last: char, next: char) -> Option<char> {
    let (_, letters, both) =
        MARKED.iter().find(|(mark, _, _)| *mark == next).copied().unwrap_or_default();
    let marked =
        letters.chars().position(|letter| letter == last).and_then(|at| both.chars().nth(at));
    marked.or_else(|| syllable(last.into(), next.into()))
}

fn syllable(last: u32, next: u32) -> Option<char> {
    let nth =
        |value: u32, first: u32, count: u32| value.checked_sub(first).filter(|nth| *nth < count);
    let code = match nth(last, hangul::LEADING, hangul::LEADINGS) {
        Some(leading) => {
            let vowel = nth(next, hangul::VOWEL, hangul::VOWELS)?;
            hangul::SYLLABLE + (leading * hangul::VOWELS + vowel) * hangul::TRAILINGS
        }
        None => {
            let all = hangul::LEADINGS * hangul::VOWELS * hangul::TRAILINGS;
            let open = nth(last, hangul::SYLLABLE, all)?;
            let trailing = nth(next, hangul::TRAILING, hangul::TRAILINGS).filter(|nth| *nth > 0)?;
            open.is_multiple_of(hangul::TRAILINGS).then_some(last + trailing)?
        }
    };
    char::from_u32(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_become_one() {
        let ways = [
            ("Capture d\u{2019}e\u{301}cran", "Capture d\u{2019}écran"),
            ("U\u{308}bersee zoe\u{308}", "Übersee zoë"),
            ("\u{30db}\u{309a}\u{30db}\u{3099}", "ポボ"),
            ("\u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af}", "한글"),
            ("\u{301}a x\u{327}", "\u{301}a x\u{327}"),
        ];
        for (apart, one) in ways {
            assert_eq!((&*composed(apart), &*composed(one)), (one, one));
        }
    }

    #[test]
    fn each_mark_has_as_many_letters_as_characters() {
        for (mark, letters, both) in MARKED {
            assert_eq!(letters.chars().count(), both.chars().count(), "{mark:?}");
        }
    }
}
