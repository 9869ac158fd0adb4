"""Examples for the rules on specimens."""

from decimal import Decimal

from tests.registry.rule_examples import Example

CARCINOMA = {"specimens.histological_type": "nec_large", "specimens.grade_reported": "nec"}
NET_G3 = {"specimens.grade_reported": "g3_net", "specimens.mitoses_per_2mm2": Decimal("25.0")}
THORACIC = {
    "diagnosis.primary_site": "lung",
    "diagnosis.icdo_topography": "C34.1",
    "specimens[1].specimen_source": "primary_biopsy",
}

EXAMPLES = [
    Example(
        "X070",
        "specimens.grade_reported",
        kept=CARCINOMA | {"specimens.ki67_pct": Decimal("60.0")},
        broken={"specimens.grade_reported": "nec"},
    ),
    Example(
        "X071",
        "specimens.grade_reported",
        kept={"specimens.ki67_pct": Decimal("20.0")},
        broken={"specimens.ki67_pct": Decimal("25.0")},
    ),
    Example(
        "X072",
        "specimens.histological_type",
        kept={**CARCINOMA, "specimens.ki67_pct": Decimal("20.0"), "specimens.ki67_pct_cmp": "ge"},
        broken={**CARCINOMA, "specimens.ki67_pct": Decimal("20.0")},
    ),
    Example(
        "X073",
        "specimens.ki67_pct",
        kept={**NET_G3, "specimens.ki67_pct": Decimal("55.0")},
        broken={**NET_G3, "specimens.ki67_pct": Decimal("55.0"), "specimens.ki67_pct_cmp": "gt"},
    ),
    Example(
        "X074",
        "specimens.ki67_pct",
        kept={"specimens.ki67_pct": Decimal("1.0"), "specimens.ki67_pct_cmp": "lt"},
        broken={"specimens.ki67_pct": Decimal("0.8")},
    ),
    Example(
        "X075",
        "specimens.ki67_pct",
        kept={"specimens.ki67_low": Decimal("8.0"), "specimens.ki67_high": Decimal("12.0")},
        broken={"specimens.ki67_low": Decimal("8.1"), "specimens.ki67_high": Decimal("12.0")},
    ),
    Example(
        "X250",
        "specimens.ki67_high",
        kept={"specimens.ki67_low": Decimal("8.0"), "specimens.ki67_high": Decimal("8.0")},
        broken={"specimens.ki67_low": Decimal("8.0"), "specimens.ki67_high": Decimal("7.9")},
    ),
    Example(
        "X076",
        "specimens.grade_reported",
        kept={**NET_G3, "specimens.who_edition": "who2017"},
        broken={**NET_G3, "specimens.who_edition": "who2010"},
    ),
    Example(
        "X077",
        "specimens.mitoses_area_basis",
        kept={"specimens.mitoses_area_basis": "mm2_other"},
        broken={"specimens.mitoses_area_basis": "hpf10"},
    ),
    Example(
        "X078",
        "specimens.histological_type",
        kept={**THORACIC, "specimens[1].histological_type": "typical_carcinoid"},
        broken=THORACIC,
    ),
    Example(
        "X079",
        "specimens.lesions_examined",
        kept={"specimens.lesions_g1": 1, "specimens.lesions_g2": 2},
        broken={"specimens.lesions_g1": 1, "specimens.lesions_g2": 2, "specimens.lesions_g3": 1},
    ),
    Example(
        "X080",
        "specimens.specimen_source",
        kept={"specimens.specimen_op_no": None},
        broken={"specimens.specimen_op_no": 2},
    ),
]
