//! A mixture of Gaussians whose classes share one factor-analytic covariance, for tables full of holes.
//!
//! ```text
//! s_i ~ Categorical(π)                    class, K of them
//! u_i ~ N(0, I_q)                         q common factors: scale use, halo, engagement
//! v_ij | s_i = k, u_i ~ N(μ_kj + λ_j·u_i, ψ_j)     independent over indicators j, given s and u
//! ```
//!
//! Cells missing at random are left out of the likelihood. Rows carry weights. `q = 0` is the local-independence
//! mixture, `K = 1` factor analysis.
//!
//! Params and checked params are two types, as everywhere in linfa: only [`FactorMixtureValidParams`] can fit, and
//! [`linfa::ParamGuard`] leads from one to the other.

mod attention;
mod coarse;
mod em;
mod error;
mod fill;
mod fit;
mod fitted;
mod init;
mod kernel;
mod likelihood;
mod moments;
mod moves;
mod nested;
#[cfg(test)]
mod nested_tests;
mod params;
mod softmax;
#[cfg(test)]
mod tests;
mod tile;
mod warm;

pub use attention::{Attention, LEAST_ANSWERS};
pub use coarse::{FEW_STEPS, category_scores, few_steps};
pub use em::{Attach, EmTermination, attach};
pub use error::{MixtureError, MixtureParamError};
pub use fill::FactorFill;
pub use fit::Ground;
pub use fitted::{FactorMixture, Fitted, likeliest};
pub use init::{Partition, model_from, one_hot};
pub use kernel::{Kernel, MAX_FACTORS, TilePosterior};
pub use params::{FactorMixtureParams, FactorMixtureValidParams, own_floors};
pub use softmax::{exp_of_negative, normalize};
pub use tile::{LANES, TILE, Tile};
