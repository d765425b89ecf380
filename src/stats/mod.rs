//! "How is it computed?" Arrays in, arrays out: nothing here knows a file, a text or a customer.
//!
//! | module | answers |
//! |---|---|
//! | [`observed`] | a table of numbers of which many are absent, with row weights |
//! | [`mixture`] | which groups, and which common factors, are behind such a table |
//! | [`kmeans`] | the same by k-means |
//! | [`joint`] | how two things about the same people go together, from sums that can be added up in any order |
//! | [`resample`] | whether the same groups come out of another sample |
//! | [`separation`] | how far groups lie apart, and how much of an outcome lies between them |
//! | [`reduced_rank`] | which few combinations of signals predict the answers |
//! | [`discriminant`] | how far signals tell known groups apart, and no further |
//! | [`normal_scores`] | a signal of any shape on the scale of a normal variable |
//! | [`calibration`] | whether probabilities come true, and what makes them |
//! | [`class_shift`] | how frequent classes are among people whose class nobody knows |
//! | [`agreement`] | how alike two partitions are |
//! | [`matching`] | which group of one partition is which of another |
//! | [`drift`] | whether two histograms differ by more than chance, and by enough to matter |
//! | [`drivers`] | which ratings an outcome goes with, and how much of it is each one's share |
//! | [`draw`] | random draws |
//! | [`dense`] | small dense linear algebra |
//! | [`comparison`] | two groups beside each other: differences, multiples, the share between groups |
//! | [`arms`] | two arms drawn by lot: by how much they differ, on any night, and among their like |
//! | [`interval`], [`power`], [`multiple`] | how sure a figure is, what a test can see, many tests at once |

pub mod agreement;
pub mod arms;
pub mod calibration;
pub mod class_shift;
pub mod comparison;
pub mod dense;
pub mod discriminant;
pub mod draw;
pub mod drift;
pub mod drivers;
pub mod interval;
pub mod joint;
pub mod kmeans;
pub mod matching;
pub mod mixture;
pub mod multiple;
pub mod normal_scores;
pub mod observed;
pub mod power;
pub mod reduced_rank;
pub mod resample;
pub mod separation;
