//! What the verbs do, where the build has them.

use std::collections::HashSet;
use std::io::Write;

use super::asked::Asked;
use super::download::Download;
use super::list::List;
use super::restore::Restore;
use super::said::Done;
use crate::cloud::failure::Failure;
use crate::cloud::save::Desk;
use crate::cloud::service::Service;
use crate::status::Status;

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
