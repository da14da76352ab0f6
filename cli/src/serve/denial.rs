//! Why a request is not answered.

/// A status of HTTP, and why, in words that tell nobody anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Denial {
    /// The status.
    pub status: u16,
    /// Why.
    pub why: &'static str,
}

impl Denial {
    /// What cannot be understood.
    pub const fn bad(why: &'static str) -> Self {
        Denial { status: 400, why }
    }

    /// What is not for whoever asks.
    pub const fn forbidden(why: &'static str) -> Self {
        Denial { status: 403, why }
    }

    /// What is not there.
    pub const MISSING: Denial = Denial { status: 404, why: "there is no such page" };

    /// What cannot be done that way.
    pub const METHOD: Denial = Denial { status: 405, why: "this method is not for this page" };

    /// What took too long to come.
    pub const SLOW: Denial = Denial { status: 408, why: "the request did not come in time" };

    /// What cannot be done now.
    pub const fn conflict(why: &'static str) -> Self {
        Denial { status: 409, why }
    }

    /// Whether it is our own page that asked, at a wrong moment.
    pub fn is_conflict(self) -> bool {
        self.status == 409
    }

    /// What cannot be begun any more.
    pub const ENDING: Denial = Denial::conflict("The program is ending.");

    /// What is asked of the page of one scan, which shows no other.
    pub const ONE_SCAN: Denial =
        Denial::conflict("This page is of one scan alone, which the command line has started.");

    /// A request that is too long.
    pub const LONG: Denial = Denial { status: 413, why: "the request is too long" };

    /// A body that is none of ours.
    pub const TYPE: Denial = Denial { status: 415, why: "the request has to be JSON" };

    /// What a fault of this program has kept from being answered.
    pub const FAULT: Denial = Denial { status: 500, why: "this program made a mistake" };

    /// More at once than anybody needs.
    pub const BUSY: Denial = Denial { status: 503, why: "too many requests at once" };
}

/// Why something that was asked for is not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is not for whoever asks, or not now.
    Denied(Denial),
    /// It was understood; this is why, in words for the page.
    Said(String),
}

impl From<Denial> for Refusal {
    fn from(denial: Denial) -> Self {
        Refusal::Denied(denial)
    }
}

impl From<String> for Refusal {
    fn from(why: String) -> Self {
        Refusal::Said(why)
    }
}
