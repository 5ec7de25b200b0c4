//! Weaving, checking and serving, on small books made for it and on the real one.

#[cfg(test)]
mod breaking;
#[cfg(test)]
mod checks;
#[cfg(test)]
mod command;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod look;
#[cfg(test)]
mod mistakes;
#[cfg(test)]
mod real;
#[cfg(test)]
mod serving;
#[cfg(test)]
mod weaving;
