//! What the verbs do.

use std::collections::HashSet;
use std::io::Write;
use std::sync::Arc;

use afterimage_engine::progress::Progress;

use super::said::{Done, Outcome, Said};
use super::{Download, List, Restore};
use crate::cloud::Failure;
use crate::cloud::account::Account;
use crate::cloud::choice::Choice;
use crate::cloud::item::{Item, Listing};
use crate::cloud::save::Desk;
use crate::cloud::service::{self, Service};
use crate::cloud::session::Session;
use crate::cloud::vendor::Vendor;
use crate::interrupt::stop_on_ctrl_c;
use crate::status::Status;

/// What a second Ctrl-C adds.
const GOES_ON: &str = "; the same command goes on";

/// A service that was asked what it has.
struct Asked {
    vendor: Vendor,
    service: &'static dyn Service,
    session: Session,
    listing: Listing,
}

impl Asked {
    /// Asks; nothing where somebody stopped it.
    fn ask(
        vendor: Vendor,
        choice: &Choice,
        account: &Account,
        scopes: impl Fn(&dyn Service) -> &'static [&'static str],
        err: &mut dyn Write,
    ) -> anyhow::Result<Option<Self>> {
        let progress = Arc::new(Progress::default());
        stop_on_ctrl_c(Arc::clone(&progress), GOES_ON)?;
        let service = service::of(vendor);
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
    fn each(
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
    fn said(self, verb: &'static str, outcome: Outcome) -> Said {
        Said { vendor: self.vendor, verb, listing: self.listing, outcome, is_dry: false }
    }
}

impl List {
    /// Lists.
    pub fn run(self, out: &mut dyn Write, err: &mut dyn Write) -> anyhow::Result<Status> {
        let scopes = |service: &dyn Service| service.read_scopes();
        let asked = Asked::ask(self.vendor, &self.choice, &self.account, scopes, err)?;
        let Some(mut asked) = asked else { return Ok(Status::Interrupted) };
        let outcome = asked.each(err, |_, _| Ok(Done::Listed));
        asked.said("list", outcome).print(self.json, out)
    }
}

impl Download {
    /// Downloads.
    pub fn run(self, out: &mut dyn Write, err: &mut dyn Write) -> anyhow::Result<Status> {
        let mut desk = Desk::new(&self.output)?;
        let scopes = |service: &dyn Service| service.read_scopes();
        let asked = Asked::ask(self.vendor, &self.choice, &self.account, scopes, err)?;
        let Some(mut asked) = asked else { return Ok(Status::Interrupted) };
        let outcome = asked.each(err, |asked, item| match &item.no_download {
            // A folder is made by what lies in it.
            Some(_) if item.is_folder => Ok(Done::Listed),
            Some(why) => Err(Failure::other(format!("cannot download {}: {why}", item.shown()))),
            None => desk.save(asked.service, &mut asked.session, item).map(Done::Saved),
        });
        asked.said("download", outcome).print(self.json, out)
    }
}

impl Restore {
    /// Restores, or says what would be.
    pub fn run(self, out: &mut dyn Write, err: &mut dyn Write) -> anyhow::Result<Status> {
        let scopes = |service: &dyn Service| match self.dry_run {
            true => service.read_scopes(),
            false => service.restore_scopes(),
        };
        let asked = Asked::ask(self.vendor, &self.choice, &self.account, scopes, err)?;
        let Some(mut asked) = asked else { return Ok(Status::Interrupted) };
        // Folders come before what lies in them, since paths are sorted.
        let mut restored = HashSet::new();
        let outcome = asked.each(err, |asked, item| {
            let comes_with = item.comes_with.as_ref().is_some_and(|id| restored.contains(id));
            match &item.no_restore {
                Some(_) if comes_with => return Ok(Done::Restored),
                Some(why) => {
                    return Err(Failure::other(format!("cannot restore {}: {why}", item.shown())));
                }
                None if self.dry_run => {}
                None => asked.service.restore(&mut asked.session, item)?,
            }
            restored.insert(item.id.clone());
            Ok(Done::Restored)
        });
        let mut said = asked.said("restore", outcome);
        said.is_dry = self.dry_run;
        said.print(self.json, out)
    }
}
