//! Argon2, with memory that may not be there.

use argon2::{Algorithm, Argon2, Block, Params, Version};
use zeroize::{Zeroize, Zeroizing};

/// What Argon2 is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Costs {
    pub(super) algorithm: Algorithm,
    /// KiB.
    pub(super) memory: u32,
    /// Passes.
    pub(super) time: u32,
    /// Lanes.
    pub(super) lanes: u32,
}

/// A key of `len` bytes.
///
/// # Errors
///
/// Why it cannot be derived: costs that there are not, or more memory than the system gives.
pub(super) fn key(
    secret: &[u8],
    salt: &[u8],
    costs: &Costs,
    len: usize,
) -> Result<Zeroizing<Vec<u8>>, String> {
    let wrong = |_| "the costs of its Argon2 are none that there are".to_owned();
    let params = Params::new(costs.memory, costs.time, costs.lanes, Some(len)).map_err(wrong)?;
    let blocks = params.block_count();
    let mut memory: Vec<Block> = Vec::new();
    memory.try_reserve_exact(blocks).map_err(|_| {
        format!("it asks for {} KiB of memory, which this system does not give", costs.memory)
    })?;
    memory.resize_with(blocks, Block::default);
    let mut key = Zeroizing::new(vec![0; len]);
    let argon = Argon2::new(costs.algorithm, Version::V0x13, params);
    let derived = argon.hash_password_into_with_memory(secret, salt, &mut key, &mut memory[..]);
    memory.iter_mut().for_each(Zeroize::zeroize);
    derived.map_err(|_| "its salt is too short for Argon2".to_owned())?;
    Ok(key)
}
