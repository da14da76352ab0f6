//! Which tree or list each page belongs to.

/// What a page belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Owner(u16);

impl Owner {
    /// The list of free pages.
    pub(super) const FREE: Owner = Owner(u16::MAX);
    /// The tree of an index.
    pub(super) const INDEX: Owner = Owner(u16::MAX - 1);
    const NONE: Owner = Owner(0);

    /// Tables that are considered: far more than a program has.
    pub(super) const MOST_TABLES: usize = 10_000;

    /// The tree of a table, by its position below [`Owner::MOST_TABLES`].
    pub(super) fn table(position: usize) -> Self {
        Owner(u16::try_from(position + 1).unwrap_or(Owner::INDEX.0))
    }
}

/// The owner of each page.
#[derive(Debug)]
pub(super) struct Owners(Vec<Owner>);

impl Owners {
    /// Of that many pages, which nothing owns yet.
    pub(super) fn new(pages: u32) -> Self {
        Owners(vec![Owner::NONE; pages as usize])
    }

    /// Gives a page to an owner; false when there is no such page, or it has one.
    pub(super) fn claim(&mut self, page: u32, owner: Owner) -> bool {
        let slot = (page as usize).checked_sub(1).and_then(|at| self.0.get_mut(at));
        match slot {
            Some(slot) if *slot == Owner::NONE => {
                *slot = owner;
                true
            }
            _ => false,
        }
    }

    /// Whether a page belongs to a tree.
    pub(super) fn is_of_tree(&self, page: u32) -> bool {
        let owner = (page as usize).checked_sub(1).and_then(|at| self.0.get(at));
        owner.is_some_and(|owner| ![Owner::NONE, Owner::FREE].contains(owner))
    }

    /// Whether there is such a page and nothing owns it.
    pub(super) fn is_free(&self, page: u32) -> bool {
        let slot = (page as usize).checked_sub(1).and_then(|at| self.0.get(at));
        slot == Some(&Owner::NONE)
    }

    /// The pages that nothing owns.
    pub(super) fn unowned(&self) -> impl Iterator<Item = u32> {
        let pages = self.0.iter().zip(1..);
        pages.filter(|(owner, _)| **owner == Owner::NONE).map(|(_, page)| page)
    }
}
