/// Python's `repr` of a float: the fewest digits that read back as the same number, with an
/// exponent of two digits or more below 1e-4 and from 1e16 on (CPython's `float_repr_style`).
pub(crate) fn float(number: f64, out: &mut String) {
    if number.is_nan() {
        return out.push_str("NaN");
    }
    if number.is_infinite() {
        return out.push_str(if number > 0.0 { "Infinity" } else { "-Infinity" });
    }
    let mut buffer = zmij::Buffer::new();
    let fewest = buffer.format_finite(number);
    // zmij writes the digits that Python writes, with two other habits between 1e-9 and 1e-4.
    if number == 0.0 || !(1e-9..1e-4).contains(&number.abs()) {
        return out.push_str(fewest);
    }
    let unsigned = fewest.trim_start_matches('-');
    out.push_str(&fewest[..fewest.len() - unsigned.len()]);
    if let Some(digits) = unsigned.strip_prefix("0.0000") {
        let (first, others) = digits.split_at(1);
        let point = if others.is_empty() { "" } else { "." };
        out.extend([first, point, others, "e-05"]);
    } else if let Some((digits, exponent)) = unsigned.split_once("e-") {
        out.extend([digits, "e-0", exponent]);
    } else {
        out.push_str(unsigned);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each was printed by CPython 3.11.
    #[test]
    fn floats_are_spelled_as_python_spells_them() {
        for spelled in [
            "0.0",
            "-0.0",
            "1.0",
            "12.5",
            "0.1",
            "0.0001",
            "0.00015",
            "9.99e-05",
            "-1e-05",
            "10.00001",
            "1.25e-06",
            "9e-09",
            "1e-10",
            "9999999999999998.0",
            "1e+16",
            "-1.5e+16",
            "1e+22",
            "1e+23",
            "5e-324",
            "1.7976931348623157e+308",
            "1735689600.25",
            "544431068535091.6",
            "9007199254740992.0",
            "5.684341886080802e-14",
        ] {
            let mut out = String::new();
            float(spelled.parse().unwrap(), &mut out);
            assert_eq!(out, spelled);
        }
    }
}
