"""XGBoost's own library, to compare margins with."""
import ctypes
import ctypes.util


class Booster:
    def __init__(self, model_file):
        self.library = ctypes.CDLL(ctypes.util.find_library("xgboost") or "libxgboost.so.0")
        self.library.XGBGetLastError.restype = ctypes.c_char_p
        self.handle = ctypes.c_void_p()
        self._check(self.library.XGBoosterCreate(None, ctypes.c_uint64(0), ctypes.byref(self.handle)))
        self._check(self.library.XGBoosterSetParam(self.handle, b"nthread", b"1"))
        self._check(self.library.XGBoosterLoadModel(self.handle, str(model_file).encode()))

    def margins(self, rows):
        """Of each row (floats, NaN for missing): the margin, a float32 as a Python float."""
        columns = len(rows[0])
        flat = (ctypes.c_float * (len(rows) * columns))(*[value for row in rows for value in row])
        matrix = ctypes.c_void_p()
        self._check(self.library.XGDMatrixCreateFromMat(flat, ctypes.c_uint64(len(rows)), ctypes.c_uint64(columns),
                                                        ctypes.c_float(float("nan")), ctypes.byref(matrix)))
        length, result = ctypes.c_uint64(), ctypes.POINTER(ctypes.c_float)()
        self._check(self.library.XGBoosterPredict(self.handle, matrix, 1, 0, 0, ctypes.byref(length),
                                                  ctypes.byref(result)))
        margins = [result[i] for i in range(length.value)]
        self.library.XGDMatrixFree(matrix)
        return margins

    def _check(self, code):
        if code != 0:
            raise RuntimeError(self.library.XGBGetLastError().decode())
