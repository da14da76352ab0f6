//! A service that was asked what it has, and what is done with each file of it.

use std::io::Write;
use std::sync::Arc;

use afterimage_engine::progress::Progress;

use super::said::{Done, Outcome, Said};
use crate::cloud::account::Account;
use crate::cloud::choice::Choice;
use crate::cloud::failure::Failure;
use crate::cloud::item::{Item, Listing};
use crate::cloud::known;
use crate::cloud::service::Service;
use crate::cloud::session::Session;
use crate::cloud::vendor::Vendor;
use crate::interrupt::stop_on_ctrl_c;

/// What a second Ctrl-C adds.
const GOES_ON: &str = "; the same command goes on";

/// A service that was asked what it has.
pub struct Asked {
    vendor: Vendor,
    /// The service.
    pub service: &'static dyn Service,
    /// The consent to ask it.
    pub session: Session,
    listing: Listing,
}

impl Asked {
    /// Asks; nothing where somebody stopped it.
    ///
    /// # Errors
    ///
    /// When there is no consent, or no list.
    pub fn ask(
        vendor: Vendor,
        choice: &Choice,
        account: &Account,
        scopes: impl Fn(&dyn Service) -> &'static [&'static str],
        err: &mut dyn Write,
    ) -> anyhow::Result<Option<Self>> {
        let progress = Arc::new(Progress::default());
        stop_on_ctrl_c(Arc::clone(&progress), GOES_ON)?;
        let service = known::service(vendor);
        let asked = Session::open(vendor, account, scopes(service), progress, err);
        let asked = asked.and_then(|mut session| {
            let mut listing = service.list(&mut session, choice)?;
            listing.sort();
            Ok(Asked { vendor, service, session, listing })
        });
        match asked {
            Ok(asked) => Ok(Some(asked)),
            Err(Failure::Stopped) => Ok(None),
            Err(failure) => Err(failure.into()),
        }
    }

    /// Does the same with each item, until nothing more can be done.
    pub fn each(
        &mut self,
        err: &mut dyn Write,
        mut act: impl FnMut(&mut Self, &Item) -> Result<Done, Failure>,
    ) -> Outcome {
        let items = std::mem::take(&mut self.listing.items);
        let (mut outcome, all) = (Outcome::default(), items.len());
        for (at, item) in items.into_iter().enumerate() {
            if outcome.is_interrupted || outcome.is_full {
                break;
            }
            self.session.show(format!("{} of {all}: {}", at + 1, item.shown()));
            let done = act(self, &item).unwrap_or_else(|failure| match failure {
                Failure::Stopped => {
                    outcome.is_interrupted = true;
                    Done::Failed("stopped".to_owned())
                }
                failure => {
                    outcome.is_full = matches!(failure, Failure::Full(_));
                    self.session.pause(|| drop(writeln!(err, "afterimage: {failure}")));
                    Done::Failed(failure.to_string())
                }
            });
            outcome.rows.push((item, done));
        }
        outcome
    }

    /// What it came to; nothing more is asked for.
    pub fn said(self, verb: &'static str, outcome: Outcome) -> Said {
        Said { vendor: self.vendor, verb, listing: self.listing, outcome, is_dry: false }
    }
}
