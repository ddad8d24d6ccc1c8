//! Whether a history and the books can both be true.
