//! Real Pyramid and the engine, side by side: `just test-pyramid` runs what is ignored here.

mod differential;
mod differs;
mod oracle;
mod random;
mod sides;
